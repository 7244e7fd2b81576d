import { LRUCache } from 'lru-cache';
import pLimit from 'p-limit';
import type { Worker } from '../../prisma/generated/client/client.js';
import { DomainError } from '../errors.js';
import { compareFiles, oidOf, type WorkerFileList } from './compare-files.js';
import type { FolderEntry, FolderReader, OpenFile } from './folder-reader.js';
import { LocalReader } from './local-reader.js';
import type { WorkerFolders } from './worker-files.js';
import { type Manifest, readManifest } from './worker-manifest.js';

const maxConcurrentLists = 2;
const listTimeoutMs = 30_000;
const maxOpenFiles = 256;
/** So that the readers of one worker leave room for those of others. */
const maxOpenFilesOfWorker = 16;
/** A reader that stalls loses its file after this time. */
const maxOpenMs = 10 * 60_000;
const maxKnownOids = 50_000;

/** A worker whose files are read. */
export type ReadWorker = Pick<Worker, 'id' | 'backend' | 'jupyterServerId'>;

/** A file of a worker that is open, with the blob oid of its bytes. */
export interface HashedFile extends OpenFile {
  sha: string;
}

/** Reads the folders of live workers. Lists, open files and what is remembered are bounded. */
export class WorkerFileReader {
  readonly #lists = new Map<string, Promise<WorkerFileList>>();
  readonly #limit = pLimit(maxConcurrentLists);
  /** The blob oids of files, by worker, path and stamp. */
  readonly #oids = new LRUCache<string, string>({ max: maxKnownOids });
  /** How many files are open, by worker. */
  readonly #openFiles = new Map<string, number>();

  readonly #deps: { foldersOf(worker: ReadWorker): WorkerFolders };

  constructor(deps: { foldersOf(worker: ReadWorker): WorkerFolders }) {
    this.#deps = deps;
  }

  /**
   * The files of a ready worker, compared with its branch. Callers that ask while a list is made get the same.
   * @throws DomainError `runtime_unavailable` when the folder cannot be read within 30 s
   */
  list(worker: ReadWorker): Promise<WorkerFileList> {
    const joined = this.#lists.get(worker.id);
    if (joined) return joined;
    const list = this.#limit(() => this.#list(worker))
      .catch((error) => {
        throw unreadable(error);
      })
      .finally(() => this.#lists.delete(worker.id));
    this.#lists.set(worker.id, list);
    return list;
  }

  /**
   * What the gateway wrote last into the folder of a ready worker, by path.
   * @throws DomainError `runtime_unavailable`
   */
  async manifest(worker: ReadWorker): Promise<Manifest> {
    return readManifest(this.#deps.foldersOf(worker).state).catch((error) => {
      throw unreadable(error);
    });
  }

  /**
   * Opens a file of a ready worker; null when there is no regular file at the path. It is closed after 10 minutes.
   * @throws DomainError `rate_limited` while 16 files of the worker are open, `overloaded` while 256 are in all;
   *   `runtime_unavailable`
   */
  async open(worker: ReadWorker, path: string): Promise<OpenFile | null> {
    const leave = this.#enter(worker.id);
    let file: OpenFile | null = null;
    try {
      file = await (await this.#readerOf(worker)).open(path);
      return file && bounded(file, leave);
    } catch (error) {
      throw unreadable(error);
    } finally {
      if (!file) leave();
    }
  }

  /**
   * Counts a file that is opened. @returns what to call once when it is closed. @throws DomainError `rate_limited`,
   * `overloaded`
   */
  #enter(workerId: string): () => void {
    const open = this.#openFiles.get(workerId) ?? 0;
    const all = [...this.#openFiles.values()].reduce((sum, count) => sum + count, 0);
    if (open >= maxOpenFilesOfWorker) throw tooManyOpen('rate_limited', 'this worker');
    if (all >= maxOpenFiles) throw tooManyOpen('overloaded', 'workers');
    this.#openFiles.set(workerId, open + 1);
    return () => {
      const left = (this.#openFiles.get(workerId) ?? 1) - 1;
      if (left > 0) this.#openFiles.set(workerId, left);
      else this.#openFiles.delete(workerId);
    };
  }

  /**
   * The blob oid of a file that {@link WorkerFileReader.open} opened.
   * @throws DomainError `runtime_unavailable` when it changes while it is read
   */
  async sha(worker: ReadWorker, path: string, file: OpenFile): Promise<string> {
    const key = keyOf(worker, { path, stamp: file.stamp });
    const sha = this.#oids.get(key) ?? (await oidOf(file));
    if (sha === null)
      throw new DomainError('runtime_unavailable', 'The file is being written to; try again.', {
        retryAfterSeconds: 1,
      });
    this.#oids.set(key, sha);
    return sha;
  }

  async #list(worker: ReadWorker): Promise<WorkerFileList> {
    const signal = AbortSignal.timeout(listTimeoutMs);
    return compareFiles({
      reader: await this.#readerOf(worker, signal),
      manifest: await this.manifest(worker),
      known: (entry) => this.#oids.get(keyOf(worker, entry)),
      remember: (entry, oid) => this.#oids.set(keyOf(worker, entry), oid),
      signal,
    });
  }

  async #readerOf(worker: ReadWorker, signal?: AbortSignal): Promise<FolderReader> {
    const { files, openRemote } = this.#deps.foldersOf(worker);
    return openRemote ? (await openRemote(signal)).reader : new LocalReader(files);
  }
}

/** A file that is closed after {@link maxOpenMs}. @param onClose called once */
function bounded(file: OpenFile, onClose: () => void): OpenFile {
  let isOpen = true;
  const close = async () => {
    if (!isOpen) return;
    isOpen = false;
    onClose();
    clearTimeout(timer);
    await file.close();
  };
  const timer = setTimeout(() => void close().catch(() => {}), maxOpenMs);
  timer.unref();
  return { size: file.size, stamp: file.stamp, read: (start, end) => file.read(start, end), close };
}

function keyOf({ id }: ReadWorker, { path, stamp }: Pick<FolderEntry, 'path' | 'stamp'>): string {
  return [id, stamp, path].join('\0');
}

function unreadable(cause: unknown): Error {
  if (cause instanceof DomainError) return cause;
  const message = 'The folder of the worker could not be read in time; try again.';
  return new DomainError('runtime_unavailable', message, { cause });
}

function tooManyOpen(code: 'rate_limited' | 'overloaded', whose: string): DomainError {
  const message = `Too many files of ${whose} are being read; try again.`;
  return new DomainError(code, message, { retryAfterSeconds: 1 });
}
