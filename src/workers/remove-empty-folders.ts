import { readdir, rmdir } from 'node:fs/promises';
import { hasCode } from './has-code.js';
import type { HeldFolder } from './held-folder.js';

/** Folders that are deeper, or contain more entries, are left as they are. */
const maxDepth = 100;
const maxEntries = 10_000;

/**
 * Removes a folder of `parent` that contains no file, only folders. Leaves everything else, and never follows a symbolic
 * link. It stops at a file that is created meanwhile.
 */
export async function removeEmptyFolders(parent: HeldFolder, name: string): Promise<void> {
  try {
    if (await isEmpty(parent, name, { entries: maxEntries }, maxDepth)) await removeAll(parent, name);
  } catch (error) {
    if (!hasCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR', 'ELOOP')) throw error;
  }
}

async function isEmpty(
  parent: HeldFolder,
  name: string,
  left: { entries: number },
  depth: number,
): Promise<boolean> {
  const folder = await parent.enter(name);
  try {
    for (const entry of await readdir(folder.at(), { withFileTypes: true })) {
      left.entries -= 1;
      if (!entry.isDirectory() || left.entries < 0 || depth === 0) return false;
      if (!(await isEmpty(folder, entry.name, left, depth - 1))) return false;
    }
    return true;
  } finally {
    await folder.close();
  }
}

async function removeAll(parent: HeldFolder, name: string): Promise<void> {
  const folder = await parent.enter(name);
  try {
    for (const entry of await readdir(folder.at())) await removeAll(folder, entry);
  } finally {
    await folder.close();
  }
  await rmdir(parent.at(name));
}
