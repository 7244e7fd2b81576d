import type { GitRepository } from '../../engines/git/git-store.js';
import { chunk, itemsPerStatement } from './chunk.js';
import type { Db, IndexDb, IndexedBranch } from './index-db.js';
import { type NewFile, replaceFiles } from './insert-rows.js';
import type { PendingFiles } from './pending-files.js';

/** More files than these are written in several steps. */
const maxFilesPerStep = 2_000;

/** The size in the row of a file whose blob has not been read yet; `reconcileFiles` replaces it. */
export const unknownSize = -1;

/**
 * Writes the pending files into the index.
 * @param options.sizes whether to read the sizes of the files now; if not, they are {@link unknownSize}
 * @param options.last written in the last step
 */
export async function writeFiles(
  db: IndexDb,
  git: GitRepository,
  at: IndexedBranch,
  pending: PendingFiles,
  options: { sizes: boolean; last?: (tx: Db) => Promise<void> },
): Promise<void> {
  const writes: ((tx: Db) => Promise<void>)[] = [];
  for (const paths of chunk(pending.changedPaths(), itemsPerStatement)) {
    const files: NewFile[] = [];
    for (const path of paths) {
      const file = pending.get(path);
      if (file)
        files.push({ ...file, path, size: options.sizes ? await git.blobSize(file.blobOid) : unknownSize });
    }
    const gone = paths.filter((path) => pending.get(path) === null);
    writes.push((tx) => replaceFiles(tx, at, files, gone));
  }
  if (options.last) writes.push(options.last);
  const steps = db.isSplit && pending.changes > maxFilesPerStep ? writes.map((write) => [write]) : [writes];
  for (const step of steps) {
    await db.step(async (tx) => {
      for (const write of step) await write(tx);
    });
  }
  pending.written();
}
