import { untilAnswered } from '../engines/database/until-answered.js';
import { abortableIterator } from '../engines/events/abortable-iterator.js';
import { Changes } from '../engines/events/changes.js';
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
 * Reads a log after a sequence number, then follows it to its end. While the database does not answer, it waits.
 * @returns an iterator that ends when the log ends, when `signal` aborts or when it is returned, also while it waits
 */
export function followLog(
  source: LogSource,
  after: number,
  signal?: AbortSignal,
): AsyncIterableIterator<LogEntry> {
  return abortableIterator((end) => entriesUntil(end, source, after), signal);
}

async function* entriesUntil(end: AbortSignal, source: LogSource, after: number): AsyncGenerator<LogEntry> {
  let cursor = after;
  const changes = new Changes(end);
  const unsubscribe = source.subscribe(() => changes.notify());
  try {
    while (!end.aborted) {
      changes.reset();
      const entries = await untilAnswered(() => source.read(cursor, pageSize), { signal: end });
      if (entries.length > 0) await source.paced();
      for (const entry of entries) {
        yield entry;
        cursor = entry.sequence;
        if (source.endsWithRun && isTerminal(entry.event)) return;
      }
      if (entries.length > 0 || changes.isPending) continue;
      if (await untilAnswered(() => source.hasEnded(cursor), { signal: end })) return;
      await changes.next(pollMs);
    }
  } finally {
    unsubscribe();
    changes.close();
  }
}
