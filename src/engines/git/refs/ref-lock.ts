import { linkSync, renameSync } from 'node:fs';
import { readdir, rmdir, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DurableFiles, removeTemp } from '../durability/durable-files.js';
import { errnoOf, storageUnavailable } from '../durability/storage-error.js';

const maxWaitMs = 10_000;

/** A file under git's own lock; `commit` replaces it with the prepared contents. */
export interface HeldLock {
  commit(): Promise<void>;
}

/**
 * Runs `act` while holding git's own lock on a file (`<file>.lock`, created exclusively), which excludes native git. The new
 * contents are written before the lock is taken, so that it is held for a short time only.
 *
 * The lock is a hard link of a temp file whose name contains our instance: after a kill, `reconcile` finds our locks by their
 * inode.
 * @param touched receives the files and folders that changed: the new contents are durable once these are synced
 * @throws DomainError `storage_unavailable` when another process holds the lock for 10 s
 */
export async function withLock<T>(
  files: DurableFiles,
  file: string,
  options: { contents?: string; touched: Set<string> },
  act: (lock: HeldLock) => Promise<T>,
): Promise<T> {
  const { touched } = options;
  const temp = await files.writeTemp(Buffer.from(options.contents ?? ''), 0o644);
  const lockFile = `${file}.lock`;
  let held = false;
  try {
    await acquire(files, temp, lockFile, touched);
    held = true;
    return await act({
      commit: async () => {
        await replaceEmptyFolder(async () => renameSync(lockFile, file), file);
        held = false;
        touched.add(file).add(dirname(file));
      },
    });
  } finally {
    if (held) await unlink(lockFile).catch(() => {});
    removeTemp(temp);
  }
}

async function acquire(
  files: DurableFiles,
  temp: string,
  lockFile: string,
  touched: Set<string>,
): Promise<void> {
  const deadline = Date.now() + maxWaitMs;
  // Not `DoublingWait`: this folder imports nothing of the other engines.
  for (let waitMs = 1; ; waitMs = Math.min(waitMs * 2, 50)) {
    try {
      linkSync(temp, lockFile);
      return;
    } catch (error) {
      const code = errnoOf(error);
      if (code === 'ENOENT') await files.makeDirectory(dirname(lockFile), touched);
      else if (code !== 'EEXIST') throw error;
      if (Date.now() > deadline) throw storageUnavailable(error);
      if (code === 'EEXIST') await sleep(waitMs * (0.5 + Math.random()));
    }
  }
}

/** A deleted branch `a/b` may leave an empty folder `a`, which is in the way of a branch `a`. */
async function replaceEmptyFolder(move: () => Promise<void>, file: string): Promise<void> {
  try {
    await move();
  } catch (error) {
    if (!['EISDIR', 'ENOTEMPTY', 'EEXIST'].includes(errnoOf(error) ?? '')) throw error;
    await removeEmptyFolders(file);
    await move();
  }
}

async function removeEmptyFolders(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await removeEmptyFolders(`${folder}/${entry.name}`);
  }
  await rmdir(folder);
}
