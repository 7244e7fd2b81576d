import type { Db, IndexDb, IndexedBranch } from './index-db.js';
import { insertVersions, type NewVersion } from './insert-rows.js';

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
  const { repositoryId } = at;
  const missing = new Set(newDocuments);
  for (const some of steps(versions)) {
    const ids = [...new Set(some.map(({ documentId }) => documentId!))].filter((id) => missing.delete(id));
    await db.step(async (tx: Db) => {
      if (ids.length > 0)
        await tx.notebookDocument.createMany({ data: ids.map((id) => ({ id, repositoryId })) });
      await insertVersions(tx, at, some);
    });
  }
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
