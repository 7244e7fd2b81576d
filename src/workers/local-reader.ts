import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, lstat, open, opendir } from 'node:fs/promises';
import { posix } from 'node:path';
import { isReadableSegment } from '../engines/git/file-path.js';
import {
  type FolderEntry,
  type FolderListing,
  type FolderReader,
  maxListedDepth,
  maxListedFiles,
  type OpenFile,
} from './folder-reader.js';
import { hasCode } from './has-code.js';
import { HeldFolder } from './held-folder.js';

/** Names that are looked at in one listing, whatever they are. */
const maxSeen = 10 * maxListedFiles;
const chunkBytes = 256 * 1024;
/** Without O_NONBLOCK, opening a named pipe would wait for its writer. */
const fileFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * A {@link FolderReader} on a disk of this machine. On Linux a kernel that replaces a folder by a link meanwhile cannot
 * lead it out of the folder: see {@link HeldFolder}.
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
      await this.#inFolder(folder, async (held) => {
        for await (const entry of await opendir(held.at())) {
          if (!isReadableSegment(entry.name)) continue;
          seen += 1;
          if (seen > maxSeen || listing.entries.length === maxListedFiles) {
            listing.isTruncated = true;
            return;
          }
          const path = posix.join(folder, entry.name);
          if (entry.isDirectory() && path.split('/').length < maxListedDepth) folders.push(path);
          else if (entry.isDirectory()) listing.isTruncated = true;
          else if (entry.isFile()) await addFile(listing, path, held.at(entry.name));
        }
      });
    }
    return listing;
  }

  async stat(path: string): Promise<FolderEntry | null> {
    if (!isReadable(path)) return null;
    const { dir, base } = posix.parse(path);
    const found = await this.#inFolder(dir, (folder) => statFile(folder.at(base)));
    return found ? { path, ...found } : null;
  }

  async open(path: string): Promise<OpenFile | null> {
    if (!isReadable(path)) return null;
    const { dir, base } = posix.parse(path);
    const handle = await this.#inFolder(dir, (folder) => open(folder.at(base), fileFlags));
    if (!handle) return null;
    const stats = await handle.stat({ bigint: true });
    if (stats.isFile()) return openFile(handle, stats);
    await handle.close();
    return null;
  }

  /** Calls `use` with a folder; undefined when the folder, or what `use` looks for, does not exist. */
  async #inFolder<T>(path: string, use: (folder: HeldFolder) => Promise<T>): Promise<T | undefined> {
    try {
      return await this.#hold(path, use);
    } catch (error) {
      if (hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO', 'ENAMETOOLONG', 'EACCES')) return undefined;
      throw error;
    }
  }

  async #hold<T>(path: string, use: (folder: HeldFolder) => Promise<T>): Promise<T> {
    let folder: HeldFolder = await HeldFolder.open(this.#root);
    try {
      for (const segment of path === '' ? [] : path.split('/')) {
        const next: HeldFolder = await folder.enter(segment);
        await folder.close();
        folder = next;
      }
      return await use(folder);
    } finally {
      await folder.close();
    }
  }
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
