import { DomainError } from '../../errors.js';
import type { JupyterRest, RestAnswer } from './jupyter-rest.js';
import { toRecord } from './kernel-event.js';

const requestTimeoutMs = 10_000;
/** For what carries a file's bytes. */
const transferTimeoutMs = 30_000;

/** What lies at a path; `stamp` differs once it was written to. */
export type ContentsEntry = { isFile: true; size: number; stamp: string } | { isFile: false };

/**
 * The files of a Jupyter server, by paths below its root. Every method throws DomainError `runtime_unavailable` when the
 * server does not answer, or fails.
 * @see https://jupyter-server.readthedocs.io/en/latest/developers/contents.html
 */
export interface JupyterContents {
  /** Null where nothing lies, or the server hides it. */
  look(path: string): Promise<ContentsEntry | null>;
  /** The bytes of a file of at most `size` bytes; null when it cannot be read as one. */
  read(path: string, size: number): Promise<Uint8Array | null>;
  /** Writes a file, all or nothing. False when the server refuses it, as hidden names by default. */
  write(path: string, bytes: Uint8Array): Promise<boolean>;
  /** Makes a folder in one that is there; idempotent. False when the server refuses it. */
  makeFolder(path: string): Promise<boolean>;
  /** The paths in a folder, without those that the server hides. */
  list(path: string): Promise<{ path: string; isFolder: boolean }[]>;
  /** Removes a file or folder; idempotent. False when the server refuses it, as some do with folders that hold files. */
  remove(path: string): Promise<boolean>;
}

/**
 * Makes a {@link JupyterContents}.
 * @param signal ends what is under way
 */
export function createJupyterContents(rest: JupyterRest, signal?: AbortSignal): JupyterContents {
  async function request(
    method: 'GET' | 'PUT' | 'DELETE',
    path: string,
    query: string,
    options: { body?: unknown; maxAnswerBytes?: number; timeoutMs?: number } = {},
  ): Promise<RestAnswer> {
    const segments = path.split('/');
    // An address cannot name these: they would lead elsewhere.
    if (segments.some((one) => one === '' || one === '.' || one === '..'))
      return { status: 400, json: undefined };
    const address = `api/contents/${segments.map(encodeURIComponent).join('/')}${query}`;
    let answer: RestAnswer;
    try {
      answer = await rest.request(method, address, { timeoutMs: requestTimeoutMs, signal, ...options });
    } catch (cause) {
      signal?.throwIfAborted();
      throw failed(cause);
    }
    const { status } = answer;
    if (status >= 500 || status === 401 || status === 403)
      throw failed(new Error(`The Jupyter server answered ${method} of a file with ${status}.`));
    return answer;
  }

  return {
    async look(path) {
      // Of a folder no server gives the hash: the type makes it answer 400.
      const { status, json } = await request('GET', path, '?type=file&content=0&hash=1');
      if (status === 404) return null;
      const { type, size, last_modified: modified, hash } = toRecord(json);
      if (status !== 200 || type !== 'file' || typeof size !== 'number') return { isFile: false };
      return { isFile: true, size, stamp: [modified, size, hash].join(' ') };
    },

    async read(path, size) {
      const { status, json } = await request('GET', path, '?type=file&format=base64', {
        // Base64 in lines, and the model around it.
        maxAnswerBytes: size * 1.5 + 65_536,
        timeoutMs: transferTimeoutMs,
      });
      const { content } = toRecord(json);
      return status === 200 && typeof content === 'string' ? Buffer.from(content, 'base64') : null;
    },

    async write(path, bytes) {
      // Also notebooks: of the type `notebook` the server would write them anew in its own way.
      const body = { type: 'file', format: 'base64', content: Buffer.from(bytes).toString('base64') };
      const { status } = await request('PUT', path, '', { body, timeoutMs: transferTimeoutMs });
      return isDone(status);
    },

    async makeFolder(path) {
      return isDone((await request('PUT', path, '', { body: { type: 'directory' } })).status);
    },

    async list(path) {
      const { status, json } = await request('GET', path, '?type=directory');
      const { content } = toRecord(json);
      if (status !== 200 || !Array.isArray(content)) return [];
      return content
        .map(toRecord)
        .filter(({ name }) => typeof name === 'string')
        .map(({ name, type }) => ({ path: `${path}/${name}`, isFolder: type === 'directory' }));
    },

    async remove(path) {
      const { status } = await request('DELETE', path, '');
      return isDone(status) || status === 404;
    },
  };
}

function isDone(status: number): boolean {
  return status >= 200 && status < 300;
}

function failed(cause: unknown): DomainError {
  return new DomainError('runtime_unavailable', 'The Jupyter server does not take the files; try again.', {
    cause,
  });
}
