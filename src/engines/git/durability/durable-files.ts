import { closeSync, openSync, renameSync, unlinkSync, write, writeSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { errnoOf } from './storage-error.js';
import type { StoreOwner } from './store-owner.js';
import { syncPaths } from './syncs.js';
import { tempFolder, tempName } from './temp-name.js';

// Making and naming a small file is not awaited: it takes some 0.05 ms from the operating system's memory, and ten times
// that through the thread pool, a dozen times a save. What waits for the disk, the syncs, and large writes are awaited.
const writeFile = promisify(write) as (
  fd: number,
  bytes: Uint8Array,
  at: number,
  length: number,
) => Promise<{ bytesWritten: number }>;

/** The most bytes that are written without a turn through the thread pool. */
const onLoop = 256 * 1024;

/** Writes below one repository: each file appears whole or not at all, and is durable once it was synced. */
export class DurableFiles {
  constructor(
    readonly gitdir: string,
    readonly owner: StoreOwner,
  ) {}

  /** Writes a whole file under a name of its own in the temp folder; the caller renames or removes it. */
  async writeTemp(bytes: Uint8Array, mode: number): Promise<string> {
    const { id } = await this.owner.instance();
    const file = join(this.gitdir, tempFolder, tempName(id));
    const fd = await retryMissing(
      async () => openSync(file, 'wx', mode),
      () => mkdir(dirname(file), { recursive: true }),
    );
    try {
      for (let at = 0; at < bytes.length; ) {
        at +=
          bytes.length > onLoop
            ? (await writeFile(fd, bytes, at, bytes.length - at)).bytesWritten
            : writeSync(fd, bytes, at);
      }
    } catch (error) {
      removeTemp(file);
      throw error;
    } finally {
      closeSync(fd);
    }
    return file;
  }

  /**
   * Puts a file in place of what is there, making missing folders, all or nothing. Adds the file and the folders that
   * changed to `touched`: it is durable once they are synced.
   * @param syncFirst flushes the bytes before they take the place, for a file that must not be lost even to a power
   *   failure in between
   */
  async replace(
    file: string,
    bytes: Uint8Array,
    mode: number,
    touched: Set<string>,
    syncFirst = false,
  ): Promise<void> {
    const temp = await this.writeTemp(bytes, mode);
    try {
      if (syncFirst) await this.sync([temp]);
      await retryMissing(
        async () => renameSync(temp, file),
        () => this.makeDirectory(dirname(file), touched),
      );
    } catch (error) {
      removeTemp(temp);
      throw error;
    }
    touched.add(file).add(dirname(file));
  }

  /** Makes a folder and its missing parents; adds the folders that got a new entry to `touched`. */
  async makeDirectory(directory: string, touched: Set<string>): Promise<void> {
    const first = await mkdir(directory, { recursive: true });
    if (first === undefined) return;
    for (let made = directory; ; made = dirname(made)) {
      touched.add(dirname(made));
      if (made === first) return;
    }
  }

  /** Flushes files and folders; one that is gone is passed over. Does nothing in a store that does not sync. */
  async sync(paths: Iterable<string>): Promise<void> {
    const { syncs, root } = this.owner;
    if (syncs) await syncPaths(paths, syncs, root);
  }
}

/** Removes a temp file that may be gone already. One that stays is removed once its instance has ended. */
export function removeTemp(temp: string): void {
  try {
    unlinkSync(temp);
  } catch {
    // See above.
  }
}

/** A native `git gc` removes empty folders at any time, so the folder may have to be made more than once. */
async function retryMissing<T>(act: () => Promise<T>, makeFolder: () => Promise<unknown>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await act();
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' || attempt === 4) throw error;
      await makeFolder();
    }
  }
}
