import { randomBytes } from 'node:crypto';
import { chmod, lchown, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileOwner } from '../../backend.js';
import { removeTree } from '../../remove-tree.js';
import { checkWorkerId } from '../external/check-worker-id.js';

/** What the gateway keeps for each worker, as absolute paths. Containers see `socketFolder` and `token` only. */
export interface RunFolder {
  /** The server creates its Unix socket in it. */
  socketFolder: string;
  /** The file with the server's token. */
  token: string;
}

/** One folder for each worker of a backend: its token, and the folder of its socket. */
export class RunFolders {
  readonly #root: string;
  readonly #owner: FileOwner;

  /**
   * @param root absolute path of a folder that outlives the gateway and that no worker can write to
   * @param owner the user of the containers
   */
  constructor(root: string, owner: FileOwner) {
    this.#root = root;
    this.#owner = owner;
  }

  /** The paths of a worker; they need not exist. */
  of(workerId: string): RunFolder {
    return { socketFolder: join(this.#at(workerId), 'socket'), token: join(this.#at(workerId), 'token') };
  }

  /** Creates the folder of a worker. @returns a new token */
  async create(workerId: string): Promise<string> {
    const { socketFolder, token: file } = this.of(workerId);
    await this.remove(workerId);
    await mkdir(socketFolder, { recursive: true, mode: 0o700 });
    const token = randomBytes(32).toString('hex');
    await writeFile(file, token, { mode: 0o400 });
    for (const path of [socketFolder, file]) await lchown(path, this.#owner.uid, this.#owner.gid);
    return token;
  }

  /**
   * Records that the server of a worker answers. From now on its kernels cannot replace the socket, nor write anything
   * beside it, if the gateway runs as another user than they do.
   */
  async finish(workerId: string): Promise<void> {
    const { socketFolder } = this.of(workerId);
    await lchown(socketFolder, process.getuid!(), process.getgid!());
    await chmod(socketFolder, 0o711);
    await writeFile(this.#finishedFile(workerId), '');
  }

  /** The token of a worker whose start was finished; undefined when there is none. */
  async tokenOf(workerId: string): Promise<string | undefined> {
    try {
      await stat(this.#finishedFile(workerId));
      return await readFile(this.of(workerId).token, 'utf8');
    } catch {
      return undefined;
    }
  }

  /** The workers that have a folder. @throws Error when the folders cannot be listed */
  async workerIds(): Promise<string[]> {
    try {
      return await readdir(this.#root);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  /** Removes the folder of a worker whose container is gone; idempotent. @throws Error when something of it remains */
  async remove(workerId: string): Promise<void> {
    await removeTree(this.#at(workerId));
  }

  #finishedFile(workerId: string): string {
    return join(this.#at(workerId), 'finished');
  }

  #at(workerId: string): string {
    return join(this.#root, checkWorkerId(workerId));
  }
}
