import { linkSync, renameSync, unlinkSync } from 'node:fs';
import { readdir, rmdir, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DurableFiles } from './durable-files.js';
import { errnoOf, storageUnavailable } from './storage-error.js';

const longestWaitMs = 10_000;

/** A file under git's own lock; `commit` puts the prepared contents in its place. */
export interface HeldLock {
  commit(): Promise<void>;
}

/**
 * Runs `act` while holding git's own lock on a file (`<file>.lock`, made exclusively), so that a native push and we
 * exclude each other. The new contents are on disk before the lock is taken, which keeps the time it is held short;
 * `options.after` is waited for in the meantime, and its failure is thrown.
 *
 * The lock is a hard link of a temp file whose name tells its process: after a kill, `reconcile` knows which locks were
 * ours by their inode.
 * @throws DomainError `storage_unavailable` when the lock stays taken for 10 s
 */
export async function withLock<T>(
  files: DurableFiles,
  file: string,
  options: { contents?: string; after?: Promise<unknown> },
  act: (lock: HeldLock) => Promise<T>,
): Promise<T> {
  const contents = Buffer.from(options.contents ?? '');
  const [written, after] = await Promise.allSettled([files.writeTemp(contents, 0o644), options.after]);
  if (written.status === 'rejected') throw written.reason;
  const temp = written.value;
  const lockFile = `${file}.lock`;
  let held = false;
  try {
    if (after.status === 'rejected') throw after.reason;
    await acquire(files, temp, lockFile);
    held = true;
    return await act({
      commit: async () => {
        await replaceEmptyFolder(async () => renameSync(lockFile, file), file);
        held = false;
        await files.syncDirectories([dirname(file)]);
      },
    });
  } finally {
    if (held) await unlink(lockFile).catch(() => {});
    removeTemp(temp);
  }
}

/** Not awaited, as the files are made; see `DurableFiles`. A temp file that stays is removed at the next start. */
function removeTemp(temp: string): void {
  try {
    unlinkSync(temp);
  } catch {
    // Gone already.
  }
}

async function acquire(files: DurableFiles, temp: string, lockFile: string): Promise<void> {
  const deadline = Date.now() + longestWaitMs;
  for (let waitMs = 1; ; waitMs = Math.min(waitMs * 2, 50)) {
    try {
      linkSync(temp, lockFile);
      return;
    } catch (error) {
      const code = errnoOf(error);
      if (code === 'ENOENT') {
        const touched = new Set<string>();
        await files.makeDirectory(dirname(lockFile), touched);
        await files.syncDirectories(touched);
      } else if (code !== 'EEXIST') throw error;
      if (Date.now() > deadline) throw storageUnavailable(error);
      if (code === 'EEXIST') await sleep(waitMs * (0.5 + Math.random()));
    }
  }
}

/** The branches `a/b` leave an empty folder `a` when they are gone; the branch `a` takes its place. */
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
