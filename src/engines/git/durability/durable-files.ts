import { closeSync, openSync, renameSync, unlinkSync, write, writeSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { errnoOf } from './storage-error.js';
import type { StoreOwner } from './store-owner.js';
import { syncPaths } from './syncs.js';
import { tempFolder, tempName } from './temp-name.js';

// Creating and renaming a small file is synchronous: it takes some 0.05 ms, and ten times that through the thread pool, a dozen
// times in a save. Only syncs, which wait for the disk, and large writes go through the thread pool.
const writeFile = promisify(write) as (
  fd: number,
  bytes: Uint8Array,
  at: number,
  length: number,
) => Promise<{ bytesWritten: number }>;

/** Larger files are written through the thread pool, so that they do not block the event loop. */
const maxSyncBytes = 256 * 1024;

/** Writes the files of one repository. Each appears whole or not at all, and is durable once it is synced. */
export class DurableFiles {
  constructor(
    readonly gitdir: string,
    readonly owner: StoreOwner,
  ) {}

  /** Writes a file under a unique name in the temp folder; the caller renames or removes it. */
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
          bytes.length > maxSyncBytes
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
   * Creates or replaces a file, and creates missing folders, all or nothing.
   * @param touched receives the file and the folders that changed: it is durable once they are synced
   * @param syncFirst syncs the bytes before the file is renamed, so that a power failure leaves the old or the new file
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

  /** Creates a folder and its missing parents; adds the folders that got a new entry to `touched`. */
  async makeDirectory(directory: string, touched: Set<string>): Promise<void> {
    const first = await mkdir(directory, { recursive: true });
    if (first === undefined) return;
    for (let created = directory; ; created = dirname(created)) {
      touched.add(dirname(created));
      if (created === first) return;
    }
  }

  /** Syncs files and folders that still exist. Does nothing in a store that does not sync. */
  async sync(paths: Iterable<string>): Promise<void> {
    const { syncs, root } = this.owner;
    if (syncs) await syncPaths(paths, syncs, root);
  }
}

/** Removes a temp file, if it exists. One that cannot be removed now is removed after its instance has ended. */
export function removeTemp(temp: string): void {
  try {
    unlinkSync(temp);
  } catch {
    // See the description.
  }
}

/** A native `git gc` removes empty folders at any time, so the folder may have to be created more than once. */
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
