import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  chown,
  lchown,
  link,
  lstat,
  mkdir,
  readdir,
  realpath,
  rename,
  rm,
  rmdir,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { objectHash } from '../engines/git/object-id.js';
import type { FileOwner } from './backend.js';
import type { Found, WorkerFolder } from './worker-folder.js';

/** A {@link WorkerFolder} on a disk of this machine. */
export class LocalFolder implements WorkerFolder {
  readonly parallel = 1;

  /** Without symbolic links. */
  readonly #root: string;
  readonly #incoming: string;
  readonly #owner: FileOwner | undefined;

  private constructor(root: string, incoming: string, owner: FileOwner | undefined) {
    this.#root = root;
    this.#incoming = incoming;
    this.#owner = owner;
  }

  /**
   * Opens an existing folder.
   * @param incoming a folder on the same file system, outside `files`, for incomplete files; it is emptied
   * @param owner owns the files and folders that are written; default the gateway's own user
   */
  static async open(files: string, incoming: string, owner?: FileOwner): Promise<LocalFolder> {
    const root = await realpath(files);
    await rm(incoming, { recursive: true, force: true });
    await mkdir(incoming, { recursive: true });
    if (owner) await lchown(root, owner.uid, owner.gid);
    return new LocalFolder(root, incoming, owner);
  }

  async look(path: string): Promise<Found> {
    const file = join(this.#root, path);
    try {
      if ((await realpath(dirname(file))) !== dirname(file)) return { oid: 'other', stamp: '' };
      const { isFile, size, stamp } = await stampOf(file);
      return { oid: isFile ? await blobOid(file, size) : 'other', stamp };
    } catch (error) {
      if (hasCode(error, 'ENOENT', 'ENOTDIR')) return { oid: null, stamp: '' };
      if (hasCode(error, 'ELOOP')) return { oid: 'other', stamp: '' };
      throw error;
    }
  }

  async put(path: string, bytes: Uint8Array, found: Found): Promise<boolean> {
    const target = join(this.#root, path);
    const temporary = join(this.#incoming, randomUUID());
    try {
      if (!(await makeFolder(this.#root, dirname(path), this.#owner))) return false;
      await writeFile(temporary, bytes, { flag: 'wx' });
      if (this.#owner) await chown(temporary, this.#owner.uid, this.#owner.gid);
      if (found.oid === null) {
        // Unlike a rename, a link does not replace a file that the kernel created in the meantime.
        await link(temporary, target);
        return true;
      }
      if (!(await this.#isAsFound(path, found))) return false;
      await rename(temporary, target);
      return true;
    } catch (error) {
      if (hasCode(error, 'EEXIST', 'ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP')) return false;
      throw error;
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async removeEmptyFolder(path: string): Promise<void> {
    const folder = join(this.#root, path);
    const isInside = (await realpath(folder).catch(() => null)) === folder;
    if (isInside && (await containsNoFile(folder))) await removeFolders(folder);
  }

  async remove(path: string, found: Found): Promise<boolean> {
    try {
      if (!(await this.#isAsFound(path, found))) return false;
      await rm(join(this.#root, path));
      return true;
    } catch (error) {
      if (hasCode(error, 'ENOENT', 'ENOTDIR')) return true;
      throw error;
    }
  }

  async #isAsFound(path: string, found: Found): Promise<boolean> {
    const { stamp } = await stampOf(join(this.#root, path));
    return stamp === found.stamp;
  }
}

/** Creates a folder below `root` with its parents; false when one of them exists and is no folder. */
async function makeFolder(root: string, folder: string, owner: FileOwner | undefined): Promise<boolean> {
  const whole = join(root, folder);
  if ((await realpath(whole).catch(() => null)) === whole) return (await lstat(whole)).isDirectory();
  let at = root;
  for (const segment of folder.split('/')) {
    at = join(at, segment);
    try {
      await mkdir(at);
      if (owner) await lchown(at, owner.uid, owner.gid);
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
    if (!(await lstat(at)).isDirectory()) return false;
  }
  return true;
}

async function containsNoFile(folder: string): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => null);
  return entries?.every((entry) => entry.isDirectory()) ?? false;
}

/** Unlike a recursive removal it stops at a file that is created meanwhile. */
async function removeFolders(folder: string): Promise<void> {
  try {
    for (const name of await readdir(folder)) await removeFolders(join(folder, name));
    await rmdir(folder);
  } catch (error) {
    if (!hasCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR')) throw error;
  }
}

async function stampOf(file: string): Promise<{ isFile: boolean; size: bigint; stamp: string }> {
  const found = await lstat(file, { bigint: true });
  const { ino, size, mtimeNs, ctimeNs } = found;
  return { isFile: found.isFile(), size, stamp: [ino, size, mtimeNs, ctimeNs].join(':') };
}

async function blobOid(file: string, size: bigint): Promise<string> {
  const hash = objectHash('blob', size);
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return codes.includes((error as NodeJS.ErrnoException).code ?? '');
}
