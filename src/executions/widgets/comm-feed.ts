import { randomUUID } from 'node:crypto';
import type { KernelEvent } from '../../engines/kernels/kernel-event.js';
import { jsonSize } from '../event-codec.js';

/** What happened on a comm of a kernel. */
export type CommItem = Extract<KernelEvent, { type: 'comm_open' | 'comm_msg' | 'comm_close' }> & {
  /** The `messageId` of the message of a client that caused it; left out where none did. */
  message_id?: string;
};

/** Some of a feed, in order. */
export interface CommItems {
  items: CommItem[];
  /** What to read after next. */
  cursor: string;
}

const maxItems = 1_000;
/** In characters of JSON, buffers included. */
const maxSize = 4 * 1024 * 1024;
/** Of one item; a larger one is not kept, and readers need the state in place of it. */
const maxItemSize = 16 * 1024 * 1024;
/** Of what one read returns; one item alone may be larger. */
const maxPageItems = 256;
const maxPageSize = 1024 * 1024;
/** Without a reader for so long, nothing is kept, in milliseconds. Readers without news come back sooner. */
const watchedMs = 60_000;

/**
 * The newest of what happened on all comms of one kernel, for those who have its state and follow it. At most 1,000 items and
 * 4 MiB are kept, and none while nobody reads: who is further behind reads the state anew. One item may be larger, up to
 * 16 MiB: it is kept until there are 4 MiB behind it.
 */
export class CommFeed {
  readonly #id = randomUUID();
  readonly #now: () => number;
  /** The number of the newest item. */
  #position = 0;
  #items: { item: CommItem; size: number }[] = [];
  #size = 0;
  #readAt = Number.NEGATIVE_INFINITY;
  /** Clears what nobody reads. */
  #timer: NodeJS.Timeout | undefined;

  /** @param now the time in milliseconds; default that of the process */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Whether somebody follows the feed. */
  get isWatched(): boolean {
    return this.#now() - this.#readAt < watchedMs;
  }

  /** Marks the feed as read to its end. @returns what to read after next */
  end(): string {
    this.#readAt = this.#now();
    return this.#cursor(this.#position);
  }

  /** Adds what happened next. */
  add(item: CommItem): void {
    this.#position++;
    if (!this.isWatched) {
      this.#clear();
      return;
    }
    const size = jsonSize(item);
    if (size > maxItemSize) {
      this.#clear();
      return;
    }
    this.#items.push({ item, size });
    this.#size += size;
    this.#dropOldest();
    this.#timer ??= this.#clearLater(watchedMs);
  }

  /** Everything has changed: all readers need the state anew. */
  reset(): void {
    this.#position++;
    this.#clear();
  }

  /**
   * Reads on, at most 256 items and 1 MiB.
   * @returns undefined where the state has to be read anew
   */
  read(after: string): CommItems | undefined {
    this.#readAt = this.#now();
    const [id, number] = after.split('.');
    const from = Number(number);
    const first = from - (this.#position - this.#items.length);
    if (id !== this.#id || !Number.isInteger(from) || first < 0 || from > this.#position) return undefined;
    const items: CommItem[] = [];
    let left = maxPageSize;
    for (const { item, size } of this.#items.slice(first, first + maxPageItems)) {
      left -= size;
      if (items.length > 0 && left < 0) break;
      items.push(item);
    }
    return { items, cursor: this.#cursor(from + items.length) };
  }

  #cursor(position: number): string {
    return `${this.#id}.${position}`;
  }

  #dropOldest(): void {
    let first = 0;
    while (this.#items.length - first > maxItems || this.#isTooMuchFrom(first))
      this.#size -= this.#items[first++]!.size;
    if (first > 0) this.#items.splice(0, first);
  }

  #isTooMuchFrom(first: number): boolean {
    const { size } = this.#items[first]!;
    return this.#size > maxSize && (size <= maxSize || this.#size - size > maxSize);
  }

  #clearLater(ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      const left = this.#readAt + watchedMs - this.#now();
      this.#timer = left > 0 ? this.#clearLater(left) : undefined;
      if (left <= 0) this.#clear();
    }, ms).unref();
  }

  #clear(): void {
    this.#items = [];
    this.#size = 0;
  }
}
