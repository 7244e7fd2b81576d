import { posix } from 'node:path';
import { isReadableSegment } from '../../../engines/git/file-path.js';
import type { JupyterContents } from '../../../engines/kernels/jupyter-contents.js';
import { DomainError } from '../../../errors.js';
import {
  type FolderEntry,
  type FolderListing,
  type FolderReader,
  maxListedDepth,
  maxListedFiles,
  type OpenFile,
} from '../../folder-reader.js';

/** Larger files are not read, because the API answers them whole. */
const maxFileBytes = 64 * 1024 * 1024;
/** Each folder is a request. */
const maxFolders = 1_000;

/**
 * A {@link FolderReader} on a server whose disk the gateway cannot reach, through Jupyter's contents API. Files that the
 * server hides, such as those whose name begins with a dot, are not found. The server follows links in its own way.
 */
export class ContentsReader implements FolderReader {
  readonly #contents: JupyterContents;
  readonly #root: string;

  /** @param root the folder's path below the server's root */
  constructor(contents: JupyterContents, root: string) {
    this.#contents = contents;
    this.#root = root;
  }

  async list(signal: AbortSignal): Promise<FolderListing> {
    const listing: FolderListing = { entries: [], isTruncated: false };
    const folders = [''];
    for (const folder of folders) {
      signal.throwIfAborted();
      for (const { name, isFolder, size, stamp } of await this.#contents.list(this.#at(folder))) {
        if (!isReadableSegment(name)) continue;
        const path = posix.join(folder, name);
        const isFull = listing.entries.length === maxListedFiles || folders.length === maxFolders;
        if (isFull || path.split('/').length > maxListedDepth) listing.isTruncated = true;
        else if (isFolder) folders.push(path);
        else if (size !== null) listing.entries.push({ path, size, stamp });
      }
    }
    return listing;
  }

  async stat(path: string): Promise<FolderEntry | null> {
    if (!path.split('/').every(isReadableSegment)) return null;
    const entry = await this.#contents.stat(this.#at(path));
    return entry?.isFile ? { path, size: entry.size, stamp: entry.stamp } : null;
  }

  async open(path: string): Promise<OpenFile | null> {
    const entry = await this.stat(path);
    if (!entry) return null;
    const whole = async () => {
      if (entry.size > maxFileBytes) throw tooLarge();
      const bytes = await this.#contents.read(this.#at(path), entry.size);
      if (!bytes) throw new Error('The Jupyter server does not return the file.');
      return bytes;
    };
    let bytes: Promise<Uint8Array> | undefined;
    return {
      size: entry.size,
      stamp: entry.stamp,
      async *read(start, end) {
        bytes ??= whole();
        yield (await bytes).subarray(start, end);
      },
      async close() {
        bytes = undefined;
      },
    };
  }

  #at(path: string): string {
    return posix.join(this.#root, path);
  }
}

function tooLarge(): DomainError {
  return new DomainError('payload_too_large', 'A file of a worker may have at most 64 MiB to be read.');
}
