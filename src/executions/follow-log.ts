import { isTerminal, type LogEntry } from './execution-event.js';

/** One log, as {@link followLog} reads it. */
export interface LogSource {
  /** At most `limit` entries after the cursor; empty when there are none yet. */
  read(cursor: number, limit: number): Promise<LogEntry[]>;
  /** Whether the log has ended and no entry follows the cursor. */
  hasEnded(cursor: number): Promise<boolean>;
  /** Resolves when a page may be delivered; it spreads the readers of one entry over rounds of the event loop. */
  paced(): Promise<void>;
  /** Calls the listener when the log has changed. @returns the function that removes the listener */
  subscribe(listener: () => void): () => void;
  /** Whether nothing is read after the end of the run; else what is late is read too. */
  endsWithRun: boolean;
}

const pageSize = 256;
/** An event of another process may get lost. */
const pollMs = 15_000;

/**
 * Reads a log after a sequence number, then follows it to its end.
 * @returns an iterator that ends when the log ends, when `signal` aborts or when it is returned, also while it waits
 */
export function followLog(
  source: LogSource,
  after: number,
  signal?: AbortSignal,
): AsyncIterableIterator<LogEntry> {
  // A generator that waits cannot be returned, so its wait must be ended first.
  const own = new AbortController();
  const entries = entriesUntil(signal ? AbortSignal.any([own.signal, signal]) : own.signal, source, after);
  return {
    next: () => entries.next(),
    return: () => {
      own.abort();
      return entries.return(undefined);
    },
    throw: (error) => {
      own.abort();
      return entries.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

async function* entriesUntil(end: AbortSignal, source: LogSource, after: number): AsyncGenerator<LogEntry> {
  let cursor = after;
  const changes = new Changes(end);
  const unsubscribe = source.subscribe(() => changes.notify());
  try {
    while (!end.aborted) {
      changes.reset();
      const entries = await source.read(cursor, pageSize);
      if (entries.length > 0) await source.paced();
      for (const entry of entries) {
        yield entry;
        cursor = entry.sequence;
        if (source.endsWithRun && isTerminal(entry.event)) return;
      }
      if (entries.length > 0 || changes.isPending) continue;
      if (await source.hasEnded(cursor)) return;
      await changes.next(pollMs);
    }
  } finally {
    unsubscribe();
    changes.close();
  }
}

/** Whether something changed since the last {@link reset}; also true once `end` has aborted. */
class Changes {
  #hasChanged = false;
  #wake = () => {};
  readonly #onEnd = () => this.#wake();

  readonly #end: AbortSignal;

  constructor(end: AbortSignal) {
    this.#end = end;

    end.addEventListener('abort', this.#onEnd);
  }

  get isPending(): boolean {
    return this.#hasChanged || this.#end.aborted;
  }

  notify(): void {
    this.#hasChanged = true;
    this.#wake();
  }

  reset(): void {
    this.#hasChanged = false;
  }

  /** Waits until something is pending, or for `timeoutMs`. */
  async next(timeoutMs: number): Promise<void> {
    if (this.isPending) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  close(): void {
    this.#end.removeEventListener('abort', this.#onEnd);
  }
}
