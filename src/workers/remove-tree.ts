import { randomUUID } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { lstat, opendir, rename, rmdir, unlink } from 'node:fs/promises';
import { hasCode } from './has-code.js';
import { HeldFolder } from './held-folder.js';
import { inParallel } from './in-parallel.js';

const maxMs = 10 * 60_000;
const parallelRemovals = 16;
/** How many entries of a folder are read before those are removed. */
const batchSize = 1_000;
const maxPending = 10_000;
const slash = Buffer.from('/');

/**
 * Removes a folder that code of users could write to, with all that it contains: also where paths are longer than the
 * system takes (4,096 bytes on Linux), and folders have no rights. Links are removed and never followed, on Linux also those
 * that a process makes of a folder meanwhile: see {@link HeldFolder}. The folder that contains `root` is one that
 * only the gateway can change. Nothing at the path is no error. The memory that it needs does not grow with the tree.
 * @param root absolute path
 * @throws Error when something remains, e.g. files of another user, or when it takes longer than 10 minutes
 */
export async function removeTree(root: string): Promise<void> {
  const found = await unlessMissing(lstat(root));
  if (!found) return;
  if (!found.isDirectory()) return unlink(root);
  const top = await HeldFolder.openAnyway(root);
  try {
    await new TreeRemoval(top).run();
  } finally {
    await top.close();
  }
  await unlessMissing(rmdir(root));
}

/** Empties the root. All other folders are moved there before they are emptied, so that no path is long. */
class TreeRemoval {
  readonly #top: HeldFolder;
  readonly #until = performance.now() + maxMs;
  readonly #id = randomUUID();
  /** Folders in the root that are emptied next. What is more is found when the root is read again. */
  readonly #pending: Buffer[] = [];
  #moved = 0;

  constructor(top: HeldFolder) {
    this.#top = top;
  }

  async run(): Promise<void> {
    // Folders that are moved while the root is read may be found only the next time.
    while (await this.#empty(this.#top));
  }

  /** Removes all files of a folder, and moves its folders into the root. @returns whether there were any */
  async #empty(folder: HeldFolder): Promise<boolean> {
    try {
      return await this.#removeEntries(folder);
    } catch (error) {
      if (!isRefused(error)) throw error;
      await folder.takeOver();
      return this.#removeEntries(folder);
    }
  }

  async #removeEntries(folder: HeldFolder): Promise<boolean> {
    let hasEntries = false;
    for await (const entries of batchesOf(folder)) {
      hasEntries = true;
      this.#checkTime();
      await inParallel(entries, parallelRemovals, async (entry) => {
        const path = Buffer.concat([Buffer.from(folder.at()), slash, entry.name]);
        // What is not there any more was removed by somebody else.
        await unlessMissing(entry.isDirectory() ? this.#add(path, folder) : unlink(path));
      });
      if (folder === this.#top) await this.#removePending();
    }
    return hasEntries;
  }

  /** @param folder the path of a folder in `parent`, or of what is there in its stead */
  async #add(folder: Buffer, parent: HeldFolder): Promise<void> {
    const path = parent === this.#top ? folder : await this.#move(folder);
    if (this.#pending.length < maxPending) this.#pending.push(path);
  }

  async #removePending(): Promise<void> {
    for (let path = this.#pending.pop(); path !== undefined; path = this.#pending.pop()) {
      this.#checkTime();
      await unlessMissing(this.#removeFolder(path));
    }
  }

  async #removeFolder(path: Buffer): Promise<void> {
    const folder = await HeldFolder.openAnyway(path).catch((error) => {
      if (hasCode(error, 'ELOOP', 'ENOTDIR')) return null;
      throw error;
    });
    if (!folder) return unlink(path);
    try {
      await this.#empty(folder);
    } finally {
      await folder.close();
    }
    await rmdir(path);
  }

  async #move(folder: Buffer): Promise<Buffer> {
    this.#moved += 1;
    const path = this.#top.at(`${this.#id}-${this.#moved}`);
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

  #checkTime(): void {
    if (performance.now() > this.#until) throw new Error('The folder could not be removed in 10 minutes.');
  }
}

/** The entries of a folder, with their names as bytes: they need not be UTF-8. */
async function* batchesOf(folder: HeldFolder): AsyncGenerator<Dirent<Buffer>[]> {
  // Node takes this encoding as `readdir` does; its type lacks it.
  const options = { encoding: 'buffer' as BufferEncoding, bufferSize: batchSize };
  let batch: Dirent<Buffer>[] = [];
  for await (const entry of await opendir(folder.at(), options)) {
    batch.push(entry as unknown as Dirent<Buffer>);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
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
