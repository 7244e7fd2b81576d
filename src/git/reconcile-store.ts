import { readdir, rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from './storage-error.js';
import { isStaleTempName, tempFolder } from './temp-name.js';

/**
 * Removes what a killed process of ours left below a store's root: half-made repositories, temp files, and locks. A lock
 * of ours is a hard link of one of our temp files; those of native git are left alone.
 */
export async function reconcileStore(root: string): Promise<void> {
  for (const name of await staleNames(join(root, tempFolder))) {
    await rm(join(root, tempFolder, name), { recursive: true, force: true });
  }
  for (const entry of await listOrNone(root)) {
    if (entry.isDirectory() && entry.name.endsWith('.git')) await reconcileRepository(join(root, entry.name));
  }
}

async function reconcileRepository(gitdir: string): Promise<void> {
  const folder = join(gitdir, tempFolder);
  const stale = await staleNames(folder);
  if (stale.length === 0) return;
  const inodes = new Set<bigint>();
  for (const name of stale) {
    const found = await stat(join(folder, name), { bigint: true });
    if (found.nlink > 1n) inodes.add(found.ino);
  }
  if (inodes.size > 0) {
    await removeLock(join(gitdir, 'packed-refs.lock'), inodes);
    await removeLocks(join(gitdir, 'refs'), inodes);
  }
  // Last, for they are what tells that the locks are ours.
  for (const name of stale) await unlink(join(folder, name));
}

async function removeLocks(folder: string, inodes: Set<bigint>): Promise<void> {
  for (const entry of await listOrNone(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await removeLocks(path, inodes);
    else if (entry.name.endsWith('.lock')) await removeLock(path, inodes);
  }
}

async function removeLock(path: string, inodes: Set<bigint>): Promise<void> {
  const found = await stat(path, { bigint: true }).catch(() => null);
  if (found && inodes.has(found.ino)) await unlink(path);
}

async function staleNames(folder: string): Promise<string[]> {
  return (await listOrNone(folder)).map(({ name }) => name).filter(isStaleTempName);
}

async function listOrNone(folder: string) {
  return readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  });
}
