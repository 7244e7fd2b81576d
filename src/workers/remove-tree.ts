import { randomUUID } from 'node:crypto';
import { lstat, readdir, rename, rmdir, unlink } from 'node:fs/promises';
import { hasCode } from './has-code.js';
import { HeldFolder } from './held-folder.js';
import { inParallel } from './in-parallel.js';

const maxMs = 10 * 60_000;
const parallelRemovals = 16;
const slash = Buffer.from('/');

/**
 * Removes a folder that code of users could write to, with all that it contains: also where paths are longer than the
 * system takes (4,096 bytes on Linux), and folders have no rights. Links are removed and never followed, on Linux also those
 * that a process makes of a folder meanwhile: see {@link HeldFolder}. The folder that contains `root` is one that
 * only the gateway can change. Nothing at the path is no error.
 * @param root absolute path
 * @throws Error when something remains, e.g. files of another user, or when it takes longer than 10 minutes
 */
export async function removeTree(root: string): Promise<void> {
  const until = performance.now() + maxMs;
  const found = await unlessMissing(lstat(root));
  if (!found) return;
  if (!found.isDirectory()) return unlink(root);
  const top = await HeldFolder.openAnyway(root);
  try {
    const folders = new FoldersToRemove(top);
    await empty(top, folders);
    for (let path = folders.pop(); path !== undefined; path = folders.pop()) {
      if (performance.now() > until) throw new Error('The folder could not be removed in 10 minutes.');
      await unlessMissing(removeFolder(path, folders));
    }
  } finally {
    await top.close();
  }
  await unlessMissing(rmdir(root));
}

/** Folders in the root. All others are moved there before they are emptied, so that no path is long. */
class FoldersToRemove {
  readonly #top: HeldFolder;
  readonly #id = randomUUID();
  readonly #paths: Buffer[] = [];
  #count = 0;

  constructor(top: HeldFolder) {
    this.#top = top;
  }

  /** @param folder the path of a folder in `parent`, or of what is there in its stead */
  async add(folder: Buffer, parent: HeldFolder): Promise<void> {
    this.#paths.push(parent === this.#top ? folder : await this.#move(folder));
  }

  /** The path of one that is left. */
  pop(): Buffer | undefined {
    return this.#paths.pop();
  }

  async #move(folder: Buffer): Promise<Buffer> {
    this.#count += 1;
    const path = this.#top.at(`${this.#id}-${this.#count}`);
    await rename(folder, path).catch(async (error) => {
      if (!isRefused(error)) throw error;
      // It needs the right to write into the folder itself, and into the root.
      const held = await HeldFolder.openAnyway(folder);
      await held.takeOver().finally(() => held.close());
      await this.#top.takeOver();
      await rename(folder, path);
    });
    return Buffer.from(path);
  }
}

async function removeFolder(path: Buffer, folders: FoldersToRemove): Promise<void> {
  const folder = await HeldFolder.openAnyway(path).catch((error) => {
    if (hasCode(error, 'ELOOP', 'ENOTDIR')) return null;
    throw error;
  });
  if (!folder) return unlink(path);
  try {
    await empty(folder, folders);
  } finally {
    await folder.close();
  }
  await rmdir(path);
}

/** Removes all files of a folder, and adds its folders to those that are to be removed. */
async function empty(folder: HeldFolder, folders: FoldersToRemove): Promise<void> {
  try {
    await removeEntries(folder, folders);
  } catch (error) {
    if (!isRefused(error)) throw error;
    await folder.takeOver();
    await removeEntries(folder, folders);
  }
}

async function removeEntries(folder: HeldFolder, folders: FoldersToRemove): Promise<void> {
  // As bytes: names need not be UTF-8.
  const entries = await readdir(folder.at(), { withFileTypes: true, encoding: 'buffer' });
  await inParallel(entries, parallelRemovals, async (entry) => {
    const path = Buffer.concat([Buffer.from(folder.at()), slash, entry.name]);
    // What is not there any more was removed by somebody else.
    await unlessMissing(entry.isDirectory() ? folders.add(path, folder) : unlink(path));
  });
}

function isRefused(error: unknown): boolean {
  return hasCode(error, 'EACCES', 'EPERM');
}

/** What a step answers; undefined when there is nothing at its path. */
async function unlessMissing<T>(step: Promise<T>): Promise<T | undefined> {
  try {
    return await step;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
