import type { Prisma } from '../../../prisma/generated/client/client.js';
import { pathHash } from '../path-hash.js';
import { chunk, itemsPerStatement } from './chunk.js';
import type { Db, IndexDb, IndexedBranch } from './index-db.js';
import { insertFiles, insertVersions } from './insert-rows.js';

/** An import of more rows is written in several steps. */
const maxRowsPerStep = 2_000;

/** The rows that an import writes. */
export interface ImportRows {
  versions: Prisma.FileVersionCreateManyInput[];
  /** The ids of documents to create. */
  newDocuments: Set<string>;
  /** The changed paths. */
  paths: string[];
  /** By path, the rows of the changed files that still exist. */
  files: Map<string, Prisma.BranchFileCreateManyInput>;
  /** Written last, in the last step. */
  last?: (tx: Db) => Promise<void>;
}

/**
 * Writes the rows of an import: in one step, or, when there are many, in several with the versions first. A repeated
 * import reads the ids of documents from the versions, so that it gives them again.
 */
export async function writeImport(db: IndexDb, at: IndexedBranch, rows: ImportRows): Promise<void> {
  const writes = [...versionWrites(at, rows), ...fileWrites(at, rows)];
  if (rows.last) writes.push(rows.last);
  const isSmall = rows.versions.length + rows.paths.length <= maxRowsPerStep;
  const steps = db.isSplit && !isSmall ? writes.map((write) => [write]) : [writes];
  for (const step of steps) {
    await db.step(async (tx) => {
      for (const write of step) await write(tx);
    });
  }
}

/** Creates versions, each together with its document when that is new. */
function versionWrites({ repositoryId }: IndexedBranch, { versions, newDocuments }: ImportRows) {
  const missing = new Set(newDocuments);
  return [...chunk(versions, itemsPerStatement)].map((data) => {
    const ids = [...new Set(data.map(({ documentId }) => documentId!))].filter((id) => missing.delete(id));
    return async (tx: Db): Promise<void> => {
      if (ids.length > 0)
        await tx.notebookDocument.createMany({ data: ids.map((id) => ({ id, repositoryId })) });
      await insertVersions(tx, data);
    };
  });
}

function fileWrites({ repositoryId, branch }: IndexedBranch, { paths, files }: ImportRows) {
  return [...chunk(paths, itemsPerStatement)].map((some) => {
    const data = some.flatMap((path) => files.get(path) ?? []);
    return async (tx: Db): Promise<void> => {
      await tx.branchFile.deleteMany({
        where: { repositoryId, branch, pathHash: { in: some.map(pathHash) } },
      });
      await insertFiles(tx, data);
    };
  });
}
