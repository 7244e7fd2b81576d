import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { DomainError, type ErrorCode, FieldError } from '../../../errors.js';
import { parseJson } from '../json.js';
import { JsonText } from '../json-text.js';
import { PreparedNotebook } from '../prepared-notebook.js';
import { FairQueue, type FairQueueLimits } from './fair-queue.js';
import type { PreparedParts, ThreadAnswer, ThreadRefusal, ThreadTask } from './thread-task.js';

/** Settings of {@link NotebookThreads}. */
export interface NotebookThreadsOptions extends Omit<FairQueueLimits, 'concurrency'> {
  /** The heap of a thread; default 1,536 MiB. A task that needs more is refused. */
  heapMib?: number;
  /** The time for one task; default 60,000 ms. */
  maxMs?: number;
}

/** From so many bytes on, work on a notebook goes to a thread; below, it takes less than the way there. */
export const minThreadBytes = 512 * 1024;

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
      resourceLimits: { maxOldGenerationSizeMb: heapMib },
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

  /**
   * Parses the JSON of a request's body as `parseJson` does. Each notebook in it becomes a
   * {@link PreparedNotebook}.
   * @throws DomainError `invalid_request`, `payload_too_large`, `rate_limited`, `overloaded`
   */
  async parseBody(userId: string, bytes: Uint8Array): Promise<unknown> {
    const mark = randomUUID();
    const answer = await this.#run(userId, { kind: 'body', bytes, mark });
    const { outer, notebooks } = answer as ThreadAnswer & { kind: 'body' };
    return withNotebooks(parseJson(outer), mark, notebooks);
  }

  /** Ends the threads, also those that work. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async #run(userId: string, task: ThreadTask): Promise<ThreadAnswer> {
    const answer = await this.#queue.run(userId, task.bytes.length, () => this.#inThread(task));
    if (answer.kind === 'refused') throw errorOf(answer.refusal);
    return answer;
  }

  async #inThread(task: ThreadTask): Promise<ThreadAnswer> {
    const signal = AbortSignal.timeout(this.#maxMs);
    // A copy of its own: the bytes may be a part of a larger buffer, and the caller may need them again.
    const bytes = new Uint8Array(task.bytes);
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

function tooLarge(what: 'memory' | 'time', cause: unknown): DomainError {
  const message = `This notebook needs more ${what} than one request may use; make it smaller.`;
  return new DomainError('payload_too_large', message, { cause });
}

function withNotebooks(value: unknown, mark: string, notebooks: PreparedParts[]): unknown {
  if (typeof value === 'string' && value.startsWith(mark)) {
    const index = Number(value.slice(mark.length));
    return Number.isNaN(index) ? index : prepared(notebooks[index]!);
  }
  if (typeof value !== 'object' || value === null) return value;
  for (const [key, member] of Object.entries(value)) {
    const replaced = withNotebooks(member, mark, notebooks);
    if (replaced !== member) (value as Record<string, unknown>)[key] = replaced;
  }
  return value;
}

function prepared(parts: PreparedParts): PreparedNotebook {
  if ('refusal' in parts) return new PreparedNotebook(errorOf(parts.refusal));
  return new PreparedNotebook({ bytes: parts.bytes, answer: new JsonText(parts.answer) });
}

function errorOf({ code, message, faults }: ThreadRefusal): DomainError {
  const [first, ...more] = faults ?? [];
  return first
    ? new FieldError(code as ErrorCode, [first, ...more])
    : new DomainError(code as ErrorCode, message);
}
