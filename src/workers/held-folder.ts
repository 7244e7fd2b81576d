import { constants } from 'node:fs';
import { chmod, chown, type FileHandle, lchown, lstat, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from './has-code.js';

const folderOnly = constants.O_DIRECTORY | constants.O_NOFOLLOW;
/** `O_PATH`, which Node does not name: to open a folder so needs no right in it. */
const pathOnly = 0o10000000;

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
    return HeldFolder.#open(path, constants.O_RDONLY);
  }

  /** Opens a folder also without a right in it. The caller closes it. @throws as {@link HeldFolder.open} */
  static async openAnyway(path: string | Buffer): Promise<HeldFolder> {
    return HeldFolder.#open(path, pathOnly);
  }

  static async #open(path: string | Buffer, flags: number): Promise<HeldFolder> {
    const handle = process.platform === 'linux' ? await openFolder(path, flags) : undefined;
    if (handle || (await lstat(path)).isDirectory()) return new HeldFolder(path.toString(), handle);
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

  /**
   * Makes the gateway's user its owner, and the only one who may enter it.
   * @throws Error with the code `EPERM` for a folder of another user
   */
  async takeOver(): Promise<void> {
    await chown(this.at(), process.geteuid!(), process.getegid!());
    await chmod(this.at(), 0o700);
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

async function openFolder(path: string | Buffer, flags: number): Promise<FileHandle> {
  try {
    return await open(path, folderOnly | flags);
  } catch (error) {
    if (hasCode(error, 'ENOTDIR', 'ELOOP')) throw await whyNoFolder(path);
    throw error;
  }
}

async function whyNoFolder(path: string | Buffer): Promise<Error> {
  const isLink = (await lstat(path)).isSymbolicLink();
  return Object.assign(new Error('There is no folder at this path.'), { code: isLink ? 'ELOOP' : 'ENOTDIR' });
}
