import { randomUUID } from 'node:crypto';
import { type BigIntStats, constants } from 'node:fs';
import {
  chown,
  lchown,
  link,
  lstat,
  mkdir,
  open,
  realpath,
  rename,
  rm,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { isReadableSegment } from '../engines/git/file-path.js';
import { objectHash } from '../engines/git/object-id.js';
import type { FileOwner } from './backend.js';
import { hasCode } from './has-code.js';
import { HeldFolder } from './held-folder.js';
import { removeEmptyFolders } from './remove-empty-folders.js';
import { removeTree } from './remove-tree.js';
import type { Found, WorkerFolder } from './worker-folder.js';

/** Larger files count as changed by the kernel. No pushed pack is larger, so no file of a branch is. */
const maxFileBytes = 4n * 1024n ** 3n;
const nothing: Found = { oid: null, stamp: '' };
const somethingElse: Found = { oid: 'other', stamp: '' };
/** With O_NONBLOCK, opening a named pipe does not wait for a writer. */
const readFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * A {@link WorkerFolder} on a disk of this machine. It never leaves the folder, also when a kernel replaces folders by
 * symbolic links while the gateway works in them; outside of Linux only when it does so before.
 */
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
    await removeTree(incoming);
    await mkdir(incoming, { recursive: true });
    if (owner) await lchown(root, owner.uid, owner.gid);
    return new LocalFolder(root, incoming, owner);
  }

  async look(path: string): Promise<Found> {
    try {
      return await this.#inParent(path, {}, async (parent, name) => {
        const before = await lstat(parent.at(name), { bigint: true });
        return before.isFile() ? lookAtFile(parent.at(name)) : { ...somethingElse, stamp: stampOf(before) };
      });
    } catch (error) {
      if (hasCode(error, 'ENOENT', 'ENOTDIR')) return nothing;
      // ENXIO: there is a socket now.
      if (hasCode(error, 'ELOOP', 'EINVAL', 'ENXIO')) return somethingElse;
      throw error;
    }
  }

  async put(path: string, bytes: Uint8Array, found: Found): Promise<boolean> {
    const temporary = join(this.#incoming, randomUUID());
    try {
      return await this.#inParent(path, { create: true }, async (parent, name) => {
        await writeFile(temporary, bytes, { flag: 'wx' });
        if (this.#owner) await chown(temporary, this.#owner.uid, this.#owner.gid);
        // Unlike a rename, a link does not replace a file that the kernel created in the meantime.
        if (found.oid === null) await link(temporary, parent.at(name));
        else if (await isAsFound(parent.at(name), found)) await rename(temporary, parent.at(name));
        else return false;
        return true;
      });
    } catch (error) {
      if (hasCode(error, 'EEXIST', 'ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP', 'EINVAL')) return false;
      throw error;
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async removeEmptyFolder(path: string): Promise<void> {
    try {
      await this.#inParent(path, {}, removeEmptyFolders);
    } catch (error) {
      if (!hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'EINVAL')) throw error;
    }
  }

  async remove(path: string, found: Found): Promise<boolean> {
    try {
      return await this.#inParent(path, {}, async (parent, name) => {
        if (!(await isAsFound(parent.at(name), found))) return false;
        await unlink(parent.at(name));
        return true;
      });
    } catch (error) {
      if (hasCode(error, 'ENOENT', 'ENOTDIR')) return true;
      if (hasCode(error, 'ELOOP', 'EINVAL')) return false;
      throw error;
    }
  }

  /**
   * Opens the folders that lead to a path, one in the other, and calls `use` with the last one and the name in it.
   * @throws Error with the code `ENOENT`, `ENOTDIR` or `ELOOP` where one of them is no folder, and `EINVAL` for a path that
   *   no file of a branch has, e.g. one that leads out of the root
   */
  async #inParent<T>(
    path: string,
    { create = false }: { create?: boolean },
    use: (parent: HeldFolder, name: string) => Promise<T>,
  ): Promise<T> {
    const segments = path.split('/');
    if (!segments.every(isReadableSegment))
      throw Object.assign(new Error('No file of a branch has this path.'), { code: 'EINVAL' });
    const name = segments.pop()!;
    let folder = await HeldFolder.open(this.#root);
    try {
      for (const segment of segments) {
        const next = create ? await folder.enterOrCreate(segment, this.#owner) : await folder.enter(segment);
        await folder.close();
        folder = next;
      }
      return await use(folder, name);
    } finally {
      await folder.close();
    }
  }
}

async function lookAtFile(file: string): Promise<Found> {
  const handle = await open(file, readFlags);
  try {
    const stats = await handle.stat({ bigint: true });
    const stamp = stampOf(stats);
    if (!stats.isFile() || stats.size > maxFileBytes) return { ...somethingElse, stamp };
    const hash = objectHash('blob', stats.size);
    // A file that grows meanwhile is not read without end; its stamp differs then.
    const end = Number(stats.size) - 1;
    if (end >= 0)
      for await (const chunk of handle.createReadStream({ end, autoClose: false })) hash.update(chunk);
    return { oid: hash.digest('hex'), stamp };
  } finally {
    await handle.close();
  }
}

async function isAsFound(file: string, { stamp }: Found): Promise<boolean> {
  return stampOf(await lstat(file, { bigint: true })) === stamp;
}

function stampOf({ ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [ino, size, mtimeNs, ctimeNs].join(':');
}
