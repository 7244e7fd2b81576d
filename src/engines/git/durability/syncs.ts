import { execFile } from 'node:child_process';
import { closeSync, fdatasync, fsync, openSync } from 'node:fs';
import { promisify } from 'node:util';
import { rewriteInPlace } from './rewrite-in-place.js';
import { errnoOf } from './storage-error.js';

/** How written bytes are brought to the disk; a parameter, so that a measurement can play a slower disk. */
export interface Syncs {
  /** Flushes an open file's bytes, and its length where that grew. */
  data(fd: number): Promise<void>;
  /** Flushes an open file or folder. */
  all(fd: number): Promise<void>;
  /** Flushes all of the file system that holds a folder; false where that cannot be asked for. */
  fileSystem(folder: string): Promise<boolean>;
}

/** The operating system's own. */
export const diskSyncs: Syncs = {
  data: promisify(fdatasync),
  all: promisify(fsync),
  // syncfs(2), which Node does not offer. A `sync` that fails says no reason; the files are then flushed one by one.
  fileSystem: (folder) =>
    new Promise((resolve) => {
      execFile('sync', ['-f', folder], { timeout: 60_000 }, (error) => resolve(error === null));
    }),
};

/** More files than this are flushed with the whole file system, which costs about as much as a few dozen. */
const mostOneByOne = 48;
/** At a time: the thread pool has four threads, and a save waits for one of them. */
const syncedAtOnce = 2;

/**
 * Files of which a flush failed, by their paths: the system may take their bytes for flushed now, so they are written anew
 * before the next flush. Of the process, as what it tells of is of the system; holds no more than once failed.
 */
const doubted = new Set<string>();

/** Has files written anew before they are next flushed: of what another process did, nobody knows whether a flush failed. */
export function doubt(paths: Iterable<string>): void {
  for (const path of paths) doubted.add(path);
}

/**
 * Flushes files and folders below `root`. One that is gone was packed by a native repack, which flushes its packs, or was
 * removed on purpose.
 * @throws Error when a flush fails, and as long as a file of which one failed cannot be written anew
 */
export async function syncPaths(paths: Iterable<string>, syncs: Syncs, root: string): Promise<void> {
  const left = [...new Set(paths)];
  if (left.length > mostOneByOne && (await syncFileSystem(left, syncs, root))) return;
  const work = Array.from({ length: syncedAtOnce }, async () => {
    for (let path = left.pop(); path !== undefined; path = left.pop()) await syncPath(path, syncs);
  });
  for (const outcome of await Promise.allSettled(work)) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
}

async function syncFileSystem(paths: readonly string[], syncs: Syncs, root: string): Promise<boolean> {
  const rewritten = paths.filter((path) => doubted.has(path));
  for (const path of rewritten) await rewriteInPlace(path);
  if (!(await syncs.fileSystem(root))) return false;
  for (const path of rewritten) doubted.delete(path);
  return true;
}

async function syncPath(path: string, syncs: Syncs): Promise<void> {
  for (;;) {
    const isDoubted = doubted.has(path);
    if (isDoubted) await rewriteInPlace(path);
    await flush(path, syncs);
    if (isDoubted) doubted.delete(path);
    // Somebody else's flush of it may have failed meanwhile, and the system tells that only once.
    if (isDoubted || !doubted.has(path)) return;
  }
}

async function flush(path: string, syncs: Syncs): Promise<void> {
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
    doubted.add(path);
    throw error;
  } finally {
    closeSync(fd);
  }
}
