import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, lstat, mkdir, readdir, realpath, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { objectHash } from '../engines/git/object-id.js';

/** What lies at a path: its Git blob oid, null for nothing and `other` for what is no plain file of the folder's. */
export interface Found {
  oid: string | null;
  /** Differs once it was written to or replaced. */
  stamp: string;
}

/**
 * The folder that a kernel works in, seen by the gateway, which shares it with a kernel that may write at any moment.
 * Symbolic links are never followed.
 */
export interface WorkerFolder {
  /** How many paths may be worked on at once. */
  readonly parallel: number;
  /** @throws Error when it cannot be read */
  look(path: string): Promise<Found>;
  /**
   * Puts a file where nothing, or what was found, lies; readers see all of it or nothing.
   * @returns false when something else lies there by now, or the way there is blocked
   * @throws Error when it cannot be written
   */
  put(path: string, bytes: Uint8Array, found: Found): Promise<boolean>;
  /**
   * Removes a folder that holds nothing but such folders, e.g. one whose files the gateway removed: no file of the kernel's
   * is lost. Leaves everything else.
   */
  removeEmptyFolder(path: string): Promise<void>;
  /** Removes what was found. @returns false when something else lies there by now */
  remove(path: string, found: Found): Promise<boolean>;
}

/**
 * Opens a {@link WorkerFolder}, which is there already.
 * @param incoming a folder beside it, on the same file system, for files that are not complete; it is emptied
 */
export async function openWorkerFolder(files: string, incoming: string): Promise<WorkerFolder> {
  const root = await realpath(files);
  await rm(incoming, { recursive: true, force: true });
  await mkdir(incoming, { recursive: true });

  async function look(path: string): Promise<Found> {
    const file = join(root, path);
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

  async function isAsFound(path: string, found: Found): Promise<boolean> {
    const { stamp } = await stampOf(join(root, path));
    return stamp === found.stamp;
  }

  return {
    parallel: 1,
    look,

    async put(path, bytes, found) {
      const target = join(root, path);
      const temporary = join(incoming, randomUUID());
      try {
        if (!(await makeFolder(root, dirname(path)))) return false;
        await writeFile(temporary, bytes, { flag: 'wx' });
        if (found.oid === null) {
          // Unlike a rename it does not replace what the kernel made in the meantime.
          await link(temporary, target);
          return true;
        }
        if (!(await isAsFound(path, found))) return false;
        await rename(temporary, target);
        return true;
      } catch (error) {
        if (hasCode(error, 'EEXIST', 'ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP')) return false;
        throw error;
      } finally {
        await rm(temporary, { force: true });
      }
    },

    async removeEmptyFolder(path) {
      const folder = join(root, path);
      const isInside = (await realpath(folder).catch(() => null)) === folder;
      if (isInside && (await holdsNoFile(folder))) await removeFolders(folder);
    },

    async remove(path, found) {
      try {
        if (!(await isAsFound(path, found))) return false;
        await rm(join(root, path));
        return true;
      } catch (error) {
        if (hasCode(error, 'ENOENT', 'ENOTDIR')) return true;
        throw error;
      }
    },
  };
}

/** Makes the folders on the way; false when something on it is no plain folder. */
async function makeFolder(root: string, folder: string): Promise<boolean> {
  const whole = join(root, folder);
  if ((await realpath(whole).catch(() => null)) === whole) return (await lstat(whole)).isDirectory();
  let at = root;
  for (const segment of folder.split('/')) {
    at = join(at, segment);
    await mkdir(at).catch((error) => {
      if (!hasCode(error, 'EEXIST')) throw error;
    });
    if (!(await lstat(at)).isDirectory()) return false;
  }
  return true;
}

/** Whether there are folders only, however deep. */
async function holdsNoFile(folder: string): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => null);
  return entries?.every((entry) => entry.isDirectory()) ?? false;
}

/** Unlike a recursive removal it stops at a file that comes meanwhile. */
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
