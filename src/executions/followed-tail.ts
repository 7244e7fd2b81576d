import type { LogEntry } from './execution-event.js';
import type { SizedEntry } from './log-tails.js';

/** In characters of JSON. */
const maxSize = 1024 * 1024;
/** How long what was read is used without an event that says that the log has changed, in milliseconds. */
const maxAgeMs = 1_000;
const pageSize = 256;

/**
 * The newest entries of a log that this process does not write, read once for all who follow it here. Who is further behind
 * reads for itself.
 */
export class FollowedTail {
  readonly #readPage: (after: number, limit: number) => Promise<SizedEntry[]>;
  #entries: SizedEntry[] = [];
  #size = 0;
  /** The entries are those after this number; undefined before the first read. */
  #from: number | undefined;
  #isStale = true;
  #readAt = 0;
  #reading: Promise<void> | undefined;
  readonly #answers = new Map<string, Promise<unknown>>();

  /** @param readPage reads at most so many entries after a number from the database */
  constructor(readPage: (after: number, limit: number) => Promise<SizedEntry[]>) {
    this.#readPage = readPage;
  }

  /** The log has changed: what was read before is not used any more. */
  changed(): void {
    this.#isStale = true;
    this.#answers.clear();
  }

  /** At most `limit` entries after a number, as they are in the database now. */
  async read(after: number, limit: number): Promise<LogEntry[]> {
    this.#from ??= after;
    if (after >= this.#from) {
      await this.#refresh();
      // There are more pages up to this reader: the others at the end of the log are nearer to it than the tail is.
      if (after > this.#last && this.#isStale) {
        this.#begin(after);
        await this.#refresh();
      }
    }
    if (after < this.#from) return (await this.#readPage(after, limit)).map(({ entry }) => entry);
    const first = this.#entries.findLastIndex(({ entry }) => entry.sequence <= after) + 1;
    return this.#entries.slice(first, first + limit).map(({ entry }) => entry);
  }

  /** Asks something about the log, once for all who ask the same until it changes, for a second at most. */
  ask<T>(question: string, answer: () => Promise<T>): Promise<T> {
    this.#dropIfOld();
    const known = this.#answers.get(question) as Promise<T> | undefined;
    if (known) return known;
    const asked = answer();
    this.#answers.set(question, asked);
    asked.catch(() => this.#answers.delete(question));
    return asked;
  }

  get #last(): number {
    return this.#entries.at(-1)?.entry.sequence ?? this.#from!;
  }

  #begin(after: number): void {
    this.#from = after;
    this.#entries = [];
    this.#size = 0;
    this.#isStale = true;
  }

  /** A read that was under way may have begun before the change; one that another reader began meanwhile did not. */
  async #refresh(): Promise<void> {
    await this.#reading;
    this.#dropIfOld();
    if (this.#isStale)
      this.#reading ??= this.#readNew().finally(() => {
        this.#reading = undefined;
      });
    await this.#reading;
  }

  #dropIfOld(): void {
    if (performance.now() - this.#readAt > maxAgeMs) this.changed();
  }

  async #readNew(): Promise<void> {
    this.#isStale = false;
    this.#readAt = performance.now();
    const from = this.#from;
    try {
      const page = await this.#readPage(this.#last, pageSize);
      if (this.#from !== from) return;
      this.#add(page);
      if (page.length === pageSize) this.#isStale = true;
    } catch (error) {
      this.#isStale = true;
      throw error;
    }
  }

  #add(page: SizedEntry[]): void {
    this.#entries.push(...page);
    for (const { size } of page) this.#size += size;
    if (this.#size <= maxSize) return;
    // Down to a half, so that it is not copied for every entry; the newest one always stays.
    let cut = 0;
    while (this.#size > maxSize / 2 && cut < this.#entries.length - 1)
      this.#size -= this.#entries[cut++]!.size;
    this.#from = this.#entries[cut - 1]?.entry.sequence ?? this.#from;
    this.#entries = this.#entries.slice(cut);
  }
}
