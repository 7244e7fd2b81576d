import type { JupyterRest, RestAnswer } from './jupyter-rest.js';
import { runtimeUnavailable } from './runtime-unavailable.js';
import { toRecord } from './to-record.js';

const requestTimeoutMs = 10_000;
/** For requests and answers that carry the bytes of a file. */
const transferTimeoutMs = 30_000;

/** What a path names: a file, or something else. `stamp` changes when the file is written. */
export type ContentsEntry = { isFile: true; size: number; stamp: string } | { isFile: false };

/** An item of a folder. `size` is in bytes, null for what has none; `stamp` changes when a file is written. */
export interface FolderItem {
  name: string;
  /** Below the server's root. */
  path: string;
  isFolder: boolean;
  size: number | null;
  stamp: string;
}

/**
 * The files of a Jupyter server, by paths below its root, over its contents API. Every method throws DomainError
 * `runtime_unavailable` when the server does not answer or fails.
 * @see https://jupyter-server.readthedocs.io/en/latest/developers/contents.html
 */
export class JupyterContents {
  readonly #rest: JupyterRest;
  readonly #signal: AbortSignal | undefined;

  /** @param signal aborts every request */
  constructor(rest: JupyterRest, signal?: AbortSignal) {
    this.#rest = rest;
    this.#signal = signal;
  }

  /** Null when the path does not exist or the server hides it. */
  async stat(path: string): Promise<ContentsEntry | null> {
    // A folder has no hash: with the type `file`, the server answers 400 for one.
    const { status, json } = await this.#request('GET', path, '?type=file&content=0&hash=1');
    if (status === 404) return null;
    const { type, size, last_modified: modified, hash } = toRecord(json);
    if (status !== 200 || type !== 'file' || typeof size !== 'number') return { isFile: false };
    return { isFile: true, size, stamp: [modified, size, hash].join(' ') };
  }

  /** The bytes of a file of at most `size` bytes; null when the server cannot read it as a file. */
  async read(path: string, size: number): Promise<Uint8Array | null> {
    const { status, json } = await this.#request('GET', path, '?type=file&format=base64', {
      // Base64 in lines, and the JSON model around it.
      maxAnswerBytes: size * 1.5 + 65_536,
      timeoutMs: transferTimeoutMs,
    });
    const { content } = toRecord(json);
    return status === 200 && typeof content === 'string' ? Buffer.from(content, 'base64') : null;
  }

  /** Writes a whole file or nothing. False when the server refuses the path, as it does for hidden names by default. */
  async write(path: string, bytes: Uint8Array): Promise<boolean> {
    // Notebooks too: for the type `notebook`, the server would format the bytes in its own way.
    const body = { type: 'file', format: 'base64', content: Buffer.from(bytes).toString('base64') };
    const { status } = await this.#request('PUT', path, '', { body, timeoutMs: transferTimeoutMs });
    return isSuccess(status);
  }

  /**
   * Changes files in one request, and creates their folders. Each is changed only where it has the blob `before`, or where
   * nothing is if that is null, and as a whole; a kernel may see the part of a new one that is there. Servers of the image
   * in `deploy/worker` can do it.
   * @param changes by their paths; `bytes` is null for a file that is to be removed
   * @returns the paths that were changed; null when the server cannot
   */
  async changeMany(
    changes: ReadonlyMap<string, { before: string | null; bytes: Uint8Array | null }>,
  ): Promise<Set<string> | null> {
    const encoded = [...changes].map(([path, { before, bytes }]) => [
      path,
      { before, content: bytes && Buffer.from(bytes).toString('base64') },
    ]);
    const options = { body: { files: Object.fromEntries(encoded) }, timeoutMs: transferTimeoutMs };
    const { status, json } = await this.#send('PUT', 'api/worker/files', options);
    const { changed } = toRecord(json);
    if (status !== 200 || !Array.isArray(changed)) return null;
    return new Set(changed.filter((path) => changes.has(path)));
  }

  /** Creates a folder in an existing one; idempotent. False when the server refuses it. */
  async createFolder(path: string): Promise<boolean> {
    const create = () => this.#request('PUT', path, '', { body: { type: 'directory' } });
    // When two clients create the same folder at the same time, the server answers one of them with 500.
    const { status } = await create().catch(create);
    return isSuccess(status);
  }

  /** Whether the server says that there is no such folder. */
  async lacksFolder(path: string): Promise<boolean> {
    const { status } = await this.#request('GET', path, '?type=directory&content=0');
    return status === 404;
  }

  /** What a folder contains, without what the server hides. Empty when there is no such folder. */
  async list(path: string): Promise<FolderItem[]> {
    const { status, json } = await this.#request('GET', path, '?type=directory');
    const { content } = toRecord(json);
    if (status !== 200 || !Array.isArray(content)) return [];
    return content.map(toRecord).flatMap(({ name, type, size, last_modified: modified }) => {
      if (typeof name !== 'string') return [];
      const bytes = typeof size === 'number' ? size : null;
      const stamp = [modified, bytes].join(' ');
      return [{ name, path: `${path}/${name}`, isFolder: type === 'directory', size: bytes, stamp }];
    });
  }

  /** Removes a file or folder; idempotent. False when the server refuses it: some refuse folders that are not empty. */
  async remove(path: string): Promise<boolean> {
    const { status } = await this.#request('DELETE', path, '');
    return isSuccess(status) || status === 404;
  }

  async #request(
    method: 'GET' | 'PUT' | 'DELETE',
    path: string,
    query: string,
    options: { body?: unknown; maxAnswerBytes?: number; timeoutMs?: number } = {},
  ): Promise<RestAnswer> {
    const address = contentsAddress(path);
    if (!address) return { status: 400, json: undefined };
    return this.#send(method, `${address}${query}`, options);
  }

  async #send(
    method: 'GET' | 'PUT' | 'DELETE',
    address: string,
    options: { body?: unknown; maxAnswerBytes?: number; timeoutMs?: number },
  ): Promise<RestAnswer> {
    const signal = this.#signal;
    let answer: RestAnswer;
    try {
      const request = { timeoutMs: requestTimeoutMs, signal, ...options };
      answer = await this.#rest.request(method, address, request);
    } catch (cause) {
      signal?.throwIfAborted();
      throw unavailable(cause);
    }
    const { status } = answer;
    if (status >= 500 || status === 401 || status === 403)
      throw unavailable(new Error(`The Jupyter server answered ${method} of a file with ${status}.`));
    return answer;
  }
}

/** Undefined for paths with segments that a URL cannot carry: it would resolve them to another path. */
function contentsAddress(path: string): string | undefined {
  const segments = path.split('/');
  if (segments.some((one) => one === '' || one === '.' || one === '..')) return undefined;
  return `api/contents/${segments.map(encodeURIComponent).join('/')}`;
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function unavailable(cause: unknown): Error {
  return runtimeUnavailable('The Jupyter server does not take the files; try again.', cause);
}
