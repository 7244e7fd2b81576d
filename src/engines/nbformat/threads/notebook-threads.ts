import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { DomainError, type ErrorCode, FieldError } from '../../../errors.js';
import type { CellDigest } from '../blame/cell-digests.js';
import type { CellQuery, NotebookDifference } from '../compare/compare-notebooks.js';
import type { LineDifference } from '../compare/line-hunks.js';
import type { ExportedNotebook, ExportFormat } from '../export/export-notebook.js';
import { parseJson, stringifyJson } from '../json.js';
import { JsonText } from '../json-text.js';
import type { Three } from '../merge/merge-json.js';
import type { NotebookMerge } from '../merge-outputs.js';
import type { PreparedRun, RunSelection } from '../prepare-run.js';
import { PreparedNotebook } from '../prepared-notebook.js';
import type { FileMatches } from '../search/search-file.js';
import type { TextQuery } from '../search/text-query.js';
import { UnreadableNotebookError } from '../unreadable-notebook-error.js';
import { FairQueue, type FairQueueLimits } from './fair-queue.js';
import type { BodyParts, PreparedParts, ThreadAnswer, ThreadRefusal, ThreadTask } from './thread-task.js';

/** Settings of {@link NotebookThreads}. */
export interface NotebookThreadsOptions extends Omit<FairQueueLimits, 'concurrency'> {
  /** The heap of a thread; default 1,536 MiB. A task that needs more is refused. */
  heapMib?: number;
  /** The time for one task; default 60,000 ms. */
  maxMs?: number;
}

/** From so many bytes on, work on a notebook goes to a thread; below, it takes less than the way there. */
export const minThreadBytes = 512 * 1024;

/** How one task is run. */
interface TaskOptions {
  /** The bytes of the task in memory that may be transferred; by default they are copied. */
  own?: Uint8Array<ArrayBuffer>;
  /** The time for it, if that is less than for others. */
  maxMs?: number;
}

/** What a document takes depends on what its author wrote, and others wait for the thread meanwhile. */
const maxExportMs = 30_000;
const youngHeapMib = 192;
const maxThreads = Math.max(1, Math.min(4, availableParallelism() - 1));

/**
 * Works on large notebooks in threads, so that requests of others do not wait: parses, validates and encodes those of clients,
 * reads stored ones. Threads start when they are needed and end after a minute without work. Only bytes go from one thread to
 * another, so the thread that serves requests never has the notebook as an object.
 */
export class NotebookThreads {
  readonly #pool: Piscina<ThreadTask, ThreadAnswer>;
  readonly #queue: FairQueue;
  readonly #maxMs: number;

  constructor({ heapMib = 1_536, maxMs = 60_000, ...limits }: NotebookThreadsOptions = {}) {
    const isSource = import.meta.url.endsWith('.ts');
    this.#pool = new Piscina({
      filename: fileURLToPath(new URL(`notebook-worker.${isSource ? 'ts' : 'js'}`, import.meta.url)),
      // Threads of Node do not inherit the loader that runs the sources.
      execArgv: isSource ? ['--import', import.meta.resolve('tsx')] : [],
      minThreads: 0,
      maxThreads,
      idleTimeout: 60_000,
      // A notebook lives until its task ends; with a small young generation it would be copied again and again.
      resourceLimits: { maxOldGenerationSizeMb: heapMib, maxYoungGenerationSizeMb: youngHeapMib },
    });
    this.#queue = new FairQueue({ concurrency: maxThreads, ...limits });
    this.#maxMs = maxMs;
  }

  /**
   * Reads a stored notebook.
   * @returns the JSON that a read of it answers
   * @throws DomainError `unreadable_file`, `payload_too_large`, `rate_limited`, `overloaded`
   */
  async read(userId: string, bytes: Uint8Array): Promise<JsonText> {
    const answer = await this.#run(userId, { kind: 'read', bytes });
    return new JsonText((answer as ThreadAnswer & { kind: 'read' }).answer);
  }

  /** See `sourceHashes`. @throws DomainError `unreadable_file`, `payload_too_large`, `rate_limited`, `overloaded` */
  async sourceHashes(userId: string, bytes: Uint8Array): Promise<Map<string, string>> {
    const answer = await this.#run(userId, { kind: 'hashes', bytes });
    return (answer as ThreadAnswer & { kind: 'hashes' }).hashes;
  }

  /** See `mergeOutputs`. @throws DomainError what that throws, `payload_too_large`, `rate_limited`, `overloaded` */
  async mergeOutputs(userId: string, bytes: Uint8Array, merge: NotebookMerge): Promise<Uint8Array> {
    const answer = await this.#run(userId, { kind: 'merge', bytes, merge: stringifyJson(merge) });
    return (answer as ThreadAnswer & { kind: 'merge' }).merged;
  }

  /** See `prepareRun`. @throws DomainError what that throws, `payload_too_large`, `rate_limited`, `overloaded` */
  async prepareRun(userId: string, bytes: Uint8Array, selection: RunSelection): Promise<PreparedRun> {
    const answer = await this.#run(userId, { kind: 'prepare', bytes, selection });
    return (answer as ThreadAnswer & { kind: 'prepare' }).prepared;
  }

  /** See `cellDigests`. @throws DomainError `payload_too_large`, `rate_limited`, `overloaded` */
  async cellDigests(userId: string, bytes: Uint8Array): Promise<CellDigest[] | null> {
    const answer = await this.#run(userId, { kind: 'digests', bytes });
    return (answer as ThreadAnswer & { kind: 'digests' }).digests;
  }

  /** See `exportNotebook`. @throws DomainError what that throws, `payload_too_large`, `rate_limited`, `overloaded` */
  async export(
    userId: string,
    bytes: Uint8Array,
    options: { format: ExportFormat; title: string },
  ): Promise<ExportedNotebook> {
    const answer = await this.#run(userId, { kind: 'export', bytes, ...options }, { maxMs: maxExportMs });
    return (answer as ThreadAnswer & { kind: 'export' }).exported;
  }

  /** See `searchFile`. @throws DomainError `payload_too_large`, `rate_limited`, `overloaded` */
  async search(
    userId: string,
    bytes: Uint8Array,
    options: { isNotebook: boolean; query: TextQuery },
  ): Promise<FileMatches | null> {
    const answer = await this.#run(userId, { kind: 'search', bytes, ...options });
    return (answer as ThreadAnswer & { kind: 'search' }).found;
  }

  /** See `compareFiles`. @throws DomainError what that throws, `payload_too_large`, `rate_limited`, `overloaded` */
  async compare(
    userId: string,
    bytes: { base: Uint8Array; head: Uint8Array },
    query: CellQuery,
  ): Promise<NotebookDifference<Uint8Array>> {
    const answer = await this.#run(userId, { kind: 'compare', bytes: bytes.base, head: bytes.head, query });
    return (answer as ThreadAnswer & { kind: 'compare' }).difference;
  }

  /** See `linesOfBytes`. @throws DomainError `payload_too_large`, `rate_limited`, `overloaded` */
  async lines(userId: string, base: Uint8Array, head: Uint8Array): Promise<LineDifference> {
    const answer = await this.#run(userId, { kind: 'lines', bytes: base, head });
    return (answer as ThreadAnswer & { kind: 'lines' }).difference;
  }

  /** See `mergeFiles`. @throws DomainError what that throws, `payload_too_large`, `rate_limited`, `overloaded` */
  async mergeFiles(userId: string, { ours, ...others }: Three<Uint8Array>, isNotebook: boolean) {
    const answer = await this.#run(userId, { kind: 'mergeFiles', bytes: ours, ...others, isNotebook });
    return (answer as ThreadAnswer & { kind: 'mergeFiles' }).merged;
  }

  /**
   * Parses the JSON of a request's body as `parseJson` does. Each notebook in it becomes a
   * {@link PreparedNotebook}.
   * @param options.isTransferred whether the caller does not use `bytes` again; default false
   * @throws DomainError `invalid_request`, `payload_too_large`, `rate_limited`, `overloaded`
   */
  async parseBody(
    userId: string,
    bytes: Uint8Array,
    { isTransferred = false }: { isTransferred?: boolean } = {},
  ): Promise<unknown> {
    const mark = randomUUID();
    const own = isTransferred ? ownBytes(bytes) : undefined;
    const answer = await this.#run(userId, { kind: 'body', bytes, mark }, { own });
    const { outer, ...parts } = answer as ThreadAnswer & { kind: 'body' };
    return withParts(parseJson(outer), mark, parts);
  }

  /** Ends the threads, also those that work. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async #run(userId: string, task: ThreadTask, options: TaskOptions = {}): Promise<ThreadAnswer> {
    const answer = await this.#queue.run(userId, sizeOf(task), () => this.#inThread(task, options));
    if (answer.kind === 'refused') throw errorOf(answer.refusal);
    return answer;
  }

  async #inThread(task: ThreadTask, { own, maxMs = this.#maxMs }: TaskOptions): Promise<ThreadAnswer> {
    const signal = AbortSignal.timeout(Math.min(maxMs, this.#maxMs));
    const bytes = own ?? new Uint8Array(task.bytes);
    try {
      return await this.#pool.run({ ...task, bytes }, { signal, transferList: [bytes.buffer] });
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY')
        throw tooLarge('memory', cause);
      if (signal.aborted) throw tooLarge('time', cause);
      throw cause;
    }
  }
}

/** The bytes of all its files. */
function sizeOf(task: ThreadTask): number {
  const { length } = task.bytes;
  if (task.kind === 'mergeFiles') return length + task.base.length + task.theirs.length;
  return 'head' in task ? length + task.head.length : length;
}

function tooLarge(what: 'memory' | 'time', cause: unknown): DomainError {
  const message = `This notebook needs more ${what} than one request may use; make it smaller.`;
  return new DomainError('payload_too_large', message, { cause });
}

/** The bytes, if they have their memory for themselves: what shares it would lose its bytes. */
function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  const { buffer, byteLength } = bytes;
  const isWhole = buffer instanceof ArrayBuffer && byteLength === buffer.byteLength;
  return isWhole ? new Uint8Array(buffer) : undefined;
}

function withParts(value: unknown, mark: string, parts: BodyParts): unknown {
  if (typeof value === 'string' && value.startsWith(mark)) {
    const what = value[mark.length];
    const index = Number(value.slice(mark.length + 1));
    if (what === 'n') return prepared(parts.notebooks[index]!);
    return what === 't' ? parts.texts[index]! : Number.NaN;
  }
  if (typeof value !== 'object' || value === null) return value;
  for (const [key, member] of Object.entries(value)) {
    const replaced = withParts(member, mark, parts);
    if (replaced !== member) (value as Record<string, unknown>)[key] = replaced;
  }
  return value;
}

function prepared(parts: PreparedParts): PreparedNotebook {
  if ('refusal' in parts) return new PreparedNotebook(errorOf(parts.refusal));
  return new PreparedNotebook({ bytes: parts.bytes, answer: new JsonText(parts.answer) });
}

function errorOf({ code, message, faults, why }: ThreadRefusal): DomainError {
  if (why !== null) return new UnreadableNotebookError(why);
  const [first, ...more] = faults ?? [];
  return first
    ? new FieldError(code as ErrorCode, [first, ...more])
    : new DomainError(code as ErrorCode, message);
}
