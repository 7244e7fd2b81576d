import { posix } from 'node:path';
import { isReadableSegment } from '../../../engines/git/file-path.js';
import { objectId } from '../../../engines/git/object-id.js';
import type { JupyterContents } from '../../../engines/kernels/jupyter-contents.js';
import type { FileChange, Found, RemoteFolder } from '../../worker-folder.js';
import { ContentsReader } from './contents-reader.js';

/** How many requests are sent to a server at the same time. */
const parallel = 4;
/** Larger files are not written, and count as changed by the kernel. */
const maxFileBytes = 64 * 1024 * 1024;
/** Larger files are written one at a time: each is in memory three times, as bytes, as base64 and as a request body. */
const maxSmallFileBytes = 4 * 1024 * 1024;

/**
 * A {@link RemoteFolder} on a server whose disk the gateway cannot reach, through Jupyter's contents API, and where possible
 * the one request that servers of `deploy/worker` have for many files.
 *
 * The API has no conditional writes: what a kernel writes into a file between the last look at it and the write that
 * follows immediately is lost. Servers that do not allow hidden files refuse names that begin with a dot.
 * @see https://jupyter-server.readthedocs.io/en/latest/developers/contents.html
 */
export class ContentsFolder implements RemoteFolder {
  readonly parallel = parallel;
  readonly reader: ContentsReader;
  /** The folders that exist, or that the server refused to create. */
  readonly #folders = new Map<string, Promise<boolean>>();
  /** The last write of a large file; the next one waits for it. */
  #largeWrite: Promise<unknown> = Promise.resolve();

  /** Whether the server may take many files in one request. */
  #changesMany = true;

  readonly #contents: JupyterContents;
  readonly #root: string;

  private constructor(contents: JupyterContents, root: string) {
    this.#contents = contents;
    this.#root = root;
    this.reader = new ContentsReader(contents, root);
  }

  /**
   * Opens a worker's folder and creates it if it does not exist.
   * @param root the folder's path below the server's root; `''` for that root itself
   * @throws DomainError `runtime_unavailable`
   */
  static async open(contents: JupyterContents, root: string): Promise<ContentsFolder> {
    const folder = new ContentsFolder(contents, root);
    await folder.#makeFolder(root || '.');
    return folder;
  }

  async look(path: string): Promise<Found> {
    const entry = await this.#contents.stat(this.#at(path));
    if (!entry) return { oid: null, stamp: '' };
    if (!entry.isFile || entry.size > maxFileBytes) return { oid: 'other', stamp: '' };
    const bytes = await this.#contents.read(this.#at(path), entry.size);
    return { oid: bytes ? objectId('blob', bytes) : 'other', stamp: entry.stamp };
  }

  async put(path: string, bytes: Uint8Array, found: Found): Promise<boolean> {
    if (bytes.length > maxFileBytes || !(await this.#makeFolder(posix.dirname(this.#at(path))))) return false;
    if ((await this.#stampOf(path)) !== found.stamp) return false;
    try {
      return await this.#write(path, bytes);
    } catch (error) {
      // The server keeps an old file when a write fails, e.g. on a full disk, but of a new one it leaves a part.
      if (found.oid === null) await this.#contents.remove(this.#at(path)).catch(() => {});
      throw error;
    }
  }

  async changeMany(changes: ReadonlyMap<string, FileChange>): Promise<ReadonlySet<string>> {
    if (!this.#changesMany) return new Set();
    const paths = [...changes.keys()].filter((path) => path.split('/').every(isReadableSegment));
    const at = new Map(paths.map((path) => [this.#at(path), changes.get(path)!]));
    const changed = await this.#contents.changeMany(at);
    this.#changesMany = changed !== null;
    return new Set(paths.filter((path) => changed?.has(this.#at(path))));
  }

  async removeEmptyFolder(): Promise<void> {
    // The server does not list hidden files, so no folder is known to be empty.
  }

  async remove(path: string, found: Found): Promise<boolean> {
    const stamp = await this.#stampOf(path);
    if (stamp === '') return true;
    return stamp === found.stamp && this.#contents.remove(this.#at(path));
  }

  #at(path: string): string {
    return posix.join(this.#root, path);
  }

  /** Creates a folder and its parents; each is asked of the server only once. */
  #makeFolder(path: string): Promise<boolean> {
    if (path === '.') return Promise.resolve(true);
    const known = this.#folders.get(path);
    if (known) return known;
    const made = this.#makeFolder(posix.dirname(path)).then(
      (exists) => exists && this.#contents.createFolder(path),
    );
    this.#folders.set(path, made);
    return made;
  }

  async #stampOf(path: string): Promise<string> {
    const entry = await this.#contents.stat(this.#at(path));
    if (!entry) return '';
    return entry.isFile ? entry.stamp : 'other';
  }

  #write(path: string, bytes: Uint8Array): Promise<boolean> {
    if (bytes.length <= maxSmallFileBytes) return this.#contents.write(this.#at(path), bytes);
    const written = this.#largeWrite.then(() => this.#contents.write(this.#at(path), bytes));
    this.#largeWrite = written.catch(() => {});
    return written;
  }
}

/** Removes a worker's folder with all that it contains, as far as the server allows it. */
export async function removeContentsFolder(contents: JupyterContents, root: string): Promise<void> {
  if (await contents.remove(root)) return;
  for (const { path, isFolder } of await contents.list(root)) {
    if (isFolder) await removeContentsFolder(contents, path);
    else await contents.remove(path);
  }
  await contents.remove(root);
}
