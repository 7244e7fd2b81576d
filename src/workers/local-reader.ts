import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, lstat, open, opendir, realpath } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { isReadableSegment } from '../engines/git/file-path.js';
import {
  type FolderEntry,
  type FolderListing,
  type FolderReader,
  maxListedDepth,
  maxListedFiles,
  type OpenFile,
} from './folder-reader.js';

/** Names that are looked at in one listing, whatever they are. */
const maxSeen = 10 * maxListedFiles;
const chunkBytes = 256 * 1024;
const isLinux = process.platform === 'linux';
const folderFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
/** Without O_NONBLOCK, opening a named pipe would wait for its writer. */
const fileFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * A {@link FolderReader} on a disk of this machine. On Linux a kernel that replaces a folder by a link meanwhile cannot
 * lead it out of the folder: each folder is opened from the one above it.
 */
export class LocalReader implements FolderReader {
  readonly #root: string;

  /** @param root absolute path of an existing folder */
  constructor(root: string) {
    this.#root = root;
  }

  async list(signal: AbortSignal): Promise<FolderListing> {
    const listing: FolderListing = { entries: [], isTruncated: false };
    const folders = [''];
    let seen = 0;
    for (const folder of folders) {
      signal.throwIfAborted();
      await this.#inFolder(folder, async (at) => {
        for await (const entry of await opendir(at)) {
          if (!isReadableSegment(entry.name)) continue;
          seen += 1;
          if (seen > maxSeen || listing.entries.length === maxListedFiles) {
            listing.isTruncated = true;
            return;
          }
          const path = posix.join(folder, entry.name);
          if (entry.isDirectory() && path.split('/').length < maxListedDepth) folders.push(path);
          else if (entry.isDirectory()) listing.isTruncated = true;
          else if (entry.isFile()) await addFile(listing, path, join(at, entry.name));
        }
      });
    }
    return listing;
  }

  async stat(path: string): Promise<FolderEntry | null> {
    if (!isReadable(path)) return null;
    const { dir, base } = posix.parse(path);
    const found = await this.#inFolder(dir, (at) => statFile(join(at, base)));
    return found ? { path, ...found } : null;
  }

  async open(path: string): Promise<OpenFile | null> {
    if (!isReadable(path)) return null;
    const { dir, base } = posix.parse(path);
    const handle = await this.#inFolder(dir, (at) => open(join(at, base), fileFlags));
    if (!handle) return null;
    const stats = await handle.stat({ bigint: true });
    if (stats.isFile()) return openFile(handle, stats);
    await handle.close();
    return null;
  }

  /**
   * Calls `use` with a path of the folder that stays valid while it runs; undefined when the folder, or what `use` looks
   * for, does not exist.
   */
  async #inFolder<T>(folder: string, use: (at: string) => Promise<T>): Promise<T | undefined> {
    try {
      return await (isLinux ? useOpenFolder(this.#root, folder, use) : useFolder(this.#root, folder, use));
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO', 'ENAMETOOLONG', 'EACCES'].includes(code)) return undefined;
      throw error;
    }
  }
}

async function useOpenFolder<T>(root: string, folder: string, use: (at: string) => Promise<T>): Promise<T> {
  let handle = await open(root, folderFlags);
  try {
    for (const segment of folder === '' ? [] : folder.split('/')) {
      const next = await open(`/proc/self/fd/${handle.fd}/${segment}`, folderFlags);
      await handle.close();
      handle = next;
    }
    return await use(`/proc/self/fd/${handle.fd}`);
  } finally {
    await handle.close();
  }
}

/** Where there is no /proc, a folder may be replaced by a link between the check and the use. */
async function useFolder<T>(root: string, folder: string, use: (at: string) => Promise<T>): Promise<T> {
  const at = join(await realpath(root), folder);
  if ((await realpath(at)) !== at) throw Object.assign(new Error('a link is in the path'), { code: 'ELOOP' });
  return use(at);
}

function isReadable(path: string): boolean {
  return path.split('/').every(isReadableSegment);
}

async function addFile(listing: FolderListing, path: string, file: string): Promise<void> {
  // Without the check, a name that is no UTF-8, or a file that was removed meanwhile, would end the listing.
  const found = await statFile(file).catch(() => null);
  if (found) listing.entries.push({ path, ...found });
}

async function statFile(file: string): Promise<Omit<FolderEntry, 'path'> | null> {
  const stats = await lstat(file, { bigint: true });
  return stats.isFile() ? { size: Number(stats.size), stamp: stampOf(stats) } : null;
}

function stampOf({ ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [ino, size, mtimeNs, ctimeNs].join(':');
}

function openFile(handle: FileHandle, stats: BigIntStats): OpenFile {
  let closed: Promise<void> | undefined;
  return {
    size: Number(stats.size),
    stamp: stampOf(stats),
    async *read(start, end) {
      for (let at = start; at < end; ) {
        const length = Math.min(chunkBytes, end - at);
        const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(length), 0, length, at);
        if (bytesRead === 0) return;
        at += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    },
    close() {
      closed ??= handle.close();
      return closed;
    },
  };
}
