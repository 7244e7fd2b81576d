import { constants } from 'node:fs';
import { type FileHandle, lchown, lstat, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from './has-code.js';

const openFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/**
 * A folder that others may change meanwhile. On Linux it is held open, and {@link HeldFolder.at} leads into this very
 * folder, also when another one, or a symbolic link, has taken its path since. Elsewhere each step is only checked
 * before it is made.
 * @see https://man7.org/linux/man-pages/man5/proc_pid_fd.5.html
 */
export class HeldFolder {
  readonly #path: string;
  readonly #handle: FileHandle | undefined;

  private constructor(path: string, handle?: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  /**
   * Opens a folder. The caller closes it.
   * @param path its last part is not followed when it is a symbolic link
   * @throws Error with the code `ENOENT`, `ENOTDIR` or, for a symbolic link, `ELOOP`
   */
  static async open(path: string): Promise<HeldFolder> {
    const handle = process.platform === 'linux' ? await openFolder(path) : undefined;
    if (handle || (await lstat(path)).isDirectory()) return new HeldFolder(path, handle);
    throw await whyNoFolder(path);
  }

  /** The path of an entry. @param name without a slash, and neither `.` nor `..`; default the folder itself */
  at(name = '.'): string {
    return join(this.#handle ? `/proc/self/fd/${this.#handle.fd}` : this.#path, name);
  }

  /** Opens a folder in this one. @throws as {@link HeldFolder.open} */
  enter(name: string): Promise<HeldFolder> {
    return HeldFolder.open(this.at(name));
  }

  /**
   * Opens a folder in this one; creates it when there is nothing at its name.
   * @param owner of a new folder, as ids; default the gateway's own user
   * @throws Error with the code `ENOTDIR` or, for a symbolic link, `ELOOP` when there is something else
   */
  async enterOrCreate(name: string, owner?: { uid: number; gid: number }): Promise<HeldFolder> {
    try {
      return await this.enter(name);
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
    }
    const isNew = await mkdir(this.at(name)).then(
      () => true,
      (error) => {
        if (hasCode(error, 'EEXIST')) return false;
        throw error;
      },
    );
    const folder = await this.enter(name);
    if (isNew && owner) await folder.#give(owner);
    return folder;
  }

  async close(): Promise<void> {
    await this.#handle?.close();
  }

  async #give({ uid, gid }: { uid: number; gid: number }): Promise<void> {
    try {
      if (this.#handle) await this.#handle.chown(uid, gid);
      else await lchown(this.#path, uid, gid);
    } catch (error) {
      await this.close();
      throw error;
    }
  }
}

async function openFolder(path: string): Promise<FileHandle> {
  try {
    return await open(path, openFlags);
  } catch (error) {
    if (hasCode(error, 'ENOTDIR', 'ELOOP')) throw await whyNoFolder(path);
    throw error;
  }
}

async function whyNoFolder(path: string): Promise<Error> {
  const isLink = (await lstat(path)).isSymbolicLink();
  return Object.assign(new Error('There is no folder at this path.'), { code: isLink ? 'ELOOP' : 'ENOTDIR' });
}
