import type { LogEntry } from './execution-event.js';

/** An entry with its size in characters of JSON. */
export interface SizedEntry {
  entry: LogEntry;
  size: number;
}

/** In characters of JSON, for each log. */
const maxTailSize = 1024 * 1024;
/** A tail that is too large is cut to at most so many of its newest entries. */
const maxCutEntries = 256;

/** The newest entries of the logs that are being written, in memory, so that followers need not ask the database. */
export class LogTails {
  readonly #tails = new Map<string, { entries: LogEntry[]; size: number }>();

  /** Whether the log is being written by this process. */
  has(executionId: string): boolean {
    return this.#tails.has(executionId);
  }

  /** The newest entries, without gaps; undefined when this process does not write the log. */
  entries(executionId: string): readonly LogEntry[] | undefined {
    return this.#tails.get(executionId)?.entries;
  }

  /** Begins a log with its first entry. */
  begin(executionId: string, first: LogEntry): void {
    this.#tails.set(executionId, { entries: [first], size: 0 });
  }

  /** Adds entries that are written. */
  append(executionId: string, entries: SizedEntry[]): void {
    const tail = this.#tails.get(executionId) ?? { entries: [], size: 0 };
    this.#tails.set(executionId, tail);
    for (const { entry, size } of entries) {
      tail.entries.push(entry);
      tail.size += size;
    }
    if (tail.size <= maxTailSize) return;
    const newest = entries.slice(-maxCutEntries);
    tail.entries = newest.map(({ entry }) => entry);
    tail.size = newest.reduce((sum, { size }) => sum + size, 0);
  }

  /** Forgets a log that has ended. */
  delete(executionId: string): void {
    this.#tails.delete(executionId);
  }
}
