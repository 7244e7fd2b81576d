import { closeSync, fsync, openSync, renameSync, write, writeSync } from 'node:fs';
import { mkdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { errnoOf } from './storage-error.js';
import { tempFolder, tempName } from './temp-name.js';

// Making and naming a small file is not awaited: it takes some 0.05 ms from the operating system's memory, and ten times
// that through the thread pool, a dozen times a save. What waits for the disk, the syncs, and large writes are awaited.
const writeFile = promisify(write) as (
  fd: number,
  bytes: Uint8Array,
  at: number,
  length: number,
) => Promise<{ bytesWritten: number }>;
const syncFile = promisify(fsync);

/** The most bytes that are written without a turn through the thread pool. */
const onLoop = 256 * 1024;

/** Writes below one repository that survive a power failure, once {@link DurableFiles.syncDirectories} returned. */
export class DurableFiles {
  constructor(
    readonly gitdir: string,
    /** False leaves the flushing to the operating system: a kill loses nothing, a power failure may. */
    readonly fsync: boolean,
  ) {}

  /** Writes a whole file under a name of its own in the temp folder, flushed; the caller renames or removes it. */
  async writeTemp(bytes: Uint8Array, mode: number): Promise<string> {
    const file = join(this.gitdir, tempFolder, tempName());
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
      if (this.fsync) await syncFile(fd);
    } catch (error) {
      await unlink(file).catch(() => {});
      throw error;
    } finally {
      closeSync(fd);
    }
    return file;
  }

  /**
   * Puts a file in place of what is there, making missing folders, all or nothing. Adds the folders that changed to
   * `touched`: the file is durable once they are synced.
   */
  async replace(file: string, bytes: Uint8Array, mode: number, touched: Set<string>): Promise<void> {
    const temp = await this.writeTemp(bytes, mode);
    try {
      await retryMissing(
        async () => renameSync(temp, file),
        () => this.makeDirectory(dirname(file), touched),
      );
      touched.add(dirname(file));
    } catch (error) {
      await unlink(temp).catch(() => {});
      throw error;
    }
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

  /** Flushes folders, so that the names in them survive. A folder that is gone was emptied by a native repack. */
  async syncDirectories(directories: Iterable<string>): Promise<void> {
    if (!this.fsync) return;
    await Promise.all([...directories].map(syncDirectory));
  }
}

async function syncDirectory(directory: string): Promise<void> {
  let fd: number;
  try {
    fd = openSync(directory, 'r');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw error;
  }
  try {
    await syncFile(fd);
  } finally {
    closeSync(fd);
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
