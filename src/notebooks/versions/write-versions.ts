import { RowsExist } from '../../engines/database/row-loader.js';
import type { Db, IndexDb, IndexedBranch } from './index-db.js';
import { insertVersions, type NewVersion } from './insert-rows.js';
import { loadVersions } from './load-versions.js';

/** Others use the embedded database's only connection between two steps, so a step must be short. */
const maxRowsPerStep = 500;
/** Characters of commit messages: each version has that of its commit. */
const maxTextPerStep = 4 * 1024 * 1024;

/**
 * Writes versions, each together with its document when that is new; many of them in several steps. A repeated import reads
 * the ids of documents from the versions, so that it gives them again.
 * @param newDocuments the ids of documents to create
 */
export async function writeVersions(
  db: IndexDb,
  at: IndexedBranch,
  versions: NewVersion[],
  newDocuments: ReadonlySet<string>,
): Promise<void> {
  const missing = new Set(newDocuments);
  for (const some of steps(versions)) {
    const ids = [...new Set(some.map(({ documentId }) => documentId!))].filter((id) => missing.delete(id));
    await writeStep(db, at, some, ids);
  }
}

async function writeStep(
  db: IndexDb,
  at: IndexedBranch,
  versions: NewVersion[],
  documentIds: string[],
): Promise<void> {
  try {
    if (db.load) return await db.load((rows) => loadVersions(rows, at, versions, documentIds));
  } catch (error) {
    // A resumed import finds versions that were written before it ended.
    if (!(error instanceof RowsExist)) throw error;
  }
  const data = documentIds.map((id) => ({ id, repositoryId: at.repositoryId }));
  await db.step(async (tx: Db) => {
    if (data.length > 0) await tx.notebookDocument.createMany({ data });
    await insertVersions(tx, at, versions);
  });
}

function* steps(versions: NewVersion[]): Generator<NewVersion[]> {
  let step: NewVersion[] = [];
  let text = 0;
  for (const version of versions) {
    if (
      step.length === maxRowsPerStep ||
      (step.length > 0 && text + version.message.length > maxTextPerStep)
    ) {
      yield step;
      step = [];
      text = 0;
    }
    step.push(version);
    text += version.message.length;
  }
  if (step.length > 0) yield step;
}
