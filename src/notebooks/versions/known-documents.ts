import { isNotebookPath } from '../file-kind.js';
import { pathHash } from '../path-hash.js';
import { chunk, type Db, type IndexedBranch, itemsPerStatement } from './index-db.js';
import { newestVersions } from './newest-versions.js';

/** A file of the branch as the index has it. */
export interface FileState {
  documentId: string | null;
  blobOid: string;
  lastCommitOid: string;
  updatedAt: Date;
}

/** What the index knows already of the documents that some commits may concern. */
export interface KnownDocuments {
  /** The branch's files now, of the paths asked for. */
  current: Map<string, FileState>;
  /** Those of the ids below that other files of the branch have now, one for each. */
  usedElsewhere: string[];
  /** `commit:path` → id, from any branch. */
  byCommit: Map<string, string>;
  /** path → id on the default branch, of paths that are new to the branch. */
  onDefaultBranch: Map<string, string>;
  /** path → the last id that it had on this branch, of paths that are new to it. */
  before: Map<string, string>;
}

/** Reads {@link KnownDocuments} from the database, in bounded queries. */
export async function knownDocuments(
  db: Db,
  at: IndexedBranch,
  asked: { commitOids: string[]; paths: string[] },
): Promise<KnownDocuments> {
  const { repositoryId, branch, defaultBranch } = at;
  const known: KnownDocuments = {
    current: new Map(),
    usedElsewhere: [],
    byCommit: new Map(),
    onDefaultBranch: new Map(),
    before: new Map(),
  };
  for (const some of chunk(asked.paths, itemsPerStatement)) {
    const files = await db.branchFile.findMany({
      where: { repositoryId, branch, pathHash: { in: some.map(pathHash) } },
    });
    for (const file of files) known.current.set(file.path, file);
  }
  const added = asked.paths.filter((path) => isNotebookPath(path) && !known.current.has(path));
  if (added.length === 0) return known;
  for (const commitOids of chunk(asked.commitOids, itemsPerStatement)) {
    const versions = await db.fileVersion.findMany({
      where: { repositoryId, commitOid: { in: commitOids }, documentId: { not: null } },
      select: { commitOid: true, path: true, documentId: true },
    });
    for (const version of versions) {
      known.byCommit.set(`${version.commitOid}:${version.path}`, version.documentId!);
    }
  }
  if (branch !== defaultBranch) {
    for (const some of chunk(added, itemsPerStatement)) {
      const files = await db.branchFile.findMany({
        where: {
          repositoryId,
          branch: defaultBranch,
          pathHash: { in: some.map(pathHash) },
          documentId: { not: null },
        },
        select: { path: true, documentId: true },
      });
      for (const file of files) known.onDefaultBranch.set(file.path, file.documentId!);
    }
  }
  const versions = await newestVersions(
    db,
    at,
    added.map((path) => ({ path })),
  );
  for (const { path, documentId } of versions.values()) if (documentId) known.before.set(path, documentId);
  const ids = [...known.byCommit.values(), ...known.onDefaultBranch.values(), ...known.before.values()];
  for (const documentIds of chunk([...new Set(ids)], itemsPerStatement)) {
    const files = await db.branchFile.findMany({
      where: { repositoryId, branch, documentId: { in: documentIds } },
      select: { path: true, documentId: true },
    });
    for (const { path, documentId } of files)
      if (!known.current.has(path)) known.usedElsewhere.push(documentId!);
  }
  return known;
}
