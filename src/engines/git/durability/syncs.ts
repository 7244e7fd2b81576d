import { execFile } from 'node:child_process';
import { closeSync, fdatasync, fsync, openSync } from 'node:fs';
import { promisify } from 'node:util';
import pLimit from 'p-limit';
import { rewriteFile } from './rewrite-file.js';
import { errnoOf } from './storage-error.js';

/** How written bytes are synced to the disk. A parameter, so that tests and benchmarks can simulate another disk. */
export interface Syncs {
  /** Syncs an open file's bytes and its length. */
  data(fd: number): Promise<void>;
  /** Syncs an open file or folder with all its metadata. */
  all(fd: number): Promise<void>;
  /** Syncs the whole file system of a folder; false when that is not possible. */
  fileSystem(folder: string): Promise<boolean>;
}

/** The syncs of the operating system. */
export const diskSyncs: Syncs = {
  data: promisify(fdatasync),
  all: promisify(fsync),
  // syncfs(2), which Node does not offer. When `sync` fails, the files are synced one by one.
  fileSystem: (folder) =>
    new Promise((resolve) => {
      execFile('sync', ['-f', folder], { timeout: 60_000 }, (error) => resolve(error === null));
    }),
};

/** For more files than this the whole file system is synced, which costs about as much as a few dozen. */
const maxOneByOne = 48;
/** Not more, because the thread pool has four threads and a save needs one of them. */
const maxConcurrentSyncs = 2;

/**
 * Paths of files whose sync failed: Linux may now take their bytes for synced, so they are written again before the next
 * sync. One set for the process, because the failure is known to the whole system. It holds only files that failed.
 */
const distrusted = new Set<string>();

/** Has files written again before their next sync, because a sync of theirs may have failed in another process. */
export function distrust(paths: Iterable<string>): void {
  for (const path of paths) distrusted.add(path);
}

/**
 * Syncs files and folders below `root`. One that no longer exists was packed by a native repack, which syncs its packs, or was
 * removed on purpose.
 * @throws Error when a sync fails, and as long as a file whose sync failed cannot be written again
 */
export async function syncPaths(paths: Iterable<string>, syncs: Syncs, root: string): Promise<void> {
  const unique = [...new Set(paths)];
  if (unique.length > maxOneByOne && (await syncFileSystem(unique, syncs, root))) return;
  const limit = pLimit(maxConcurrentSyncs);
  // All are awaited before a failure is thrown: nothing may still run then.
  for (const outcome of await Promise.allSettled(unique.map((path) => limit(syncPath, path, syncs)))) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
}

async function syncFileSystem(paths: readonly string[], syncs: Syncs, root: string): Promise<boolean> {
  const rewritten = paths.filter((path) => distrusted.has(path));
  for (const path of rewritten) await rewriteFile(path);
  if (!(await syncs.fileSystem(root))) return false;
  for (const path of rewritten) distrusted.delete(path);
  return true;
}

async function syncPath(path: string, syncs: Syncs): Promise<void> {
  for (;;) {
    const isDistrusted = distrusted.has(path);
    if (isDistrusted) await rewriteFile(path);
    await syncOnce(path, syncs);
    if (isDistrusted) distrusted.delete(path);
    // A concurrent sync of this file may have failed, and the system reports that to only one caller.
    if (isDistrusted || !distrusted.has(path)) return;
  }
}

async function syncOnce(path: string, syncs: Syncs): Promise<void> {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return;
    throw error;
  }
  try {
    await syncs.all(fd);
  } catch (error) {
    distrusted.add(path);
    throw error;
  } finally {
    closeSync(fd);
  }
}
