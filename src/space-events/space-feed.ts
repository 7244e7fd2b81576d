import type { PrismaClient } from '../../prisma/generated/client/client.js';
import { numberEvents } from './number-events.js';
import { type EventPage, readEvents } from './read-events.js';
import type { SpaceEvent } from './space-event.js';

/** This many of the newest events are kept in memory for all who follow a space here. */
const maxKept = 1_000;
const pageSize = 500;

/** The events of one space, read once for all who follow it in this process. */
export class SpaceFeed {
  readonly #prisma: PrismaClient;
  readonly #spaceId: string;
  readonly #listeners = new Set<() => void>();
  /** The newest events, without gaps up to {@link last}. */
  #kept: SpaceEvent[] = [];
  #last = 0;
  #running: Promise<void> = Promise.resolve();
  #waiting: Promise<void> | undefined;

  constructor(prisma: PrismaClient, spaceId: string) {
    this.#prisma = prisma;
    this.#spaceId = spaceId;
  }

  /** The number of the newest event that this process knows; 0 for none. */
  get last(): number {
    return this.#last;
  }

  /** Numbers what waits and finds the end. Only what comes after it is kept. */
  async open(): Promise<void> {
    await numberEvents(this.#prisma, this.#spaceId);
    this.#last = (await readEvents(this.#prisma, this.#spaceId, Number.MAX_SAFE_INTEGER, 1)).last;
  }

  /**
   * Numbers and reads what is new, and calls the listeners if there is something. Who calls it while another call waits shares
   * that.
   */
  advance(): Promise<void> {
    this.#waiting ??= this.#running
      .catch(() => {})
      .then(() => {
        this.#waiting = undefined;
        this.#running = this.#advance();
        return this.#running;
      });
    return this.#waiting;
  }

  /** At most `limit` events after a number: from memory, or from the database for who is further behind. */
  async read(after: number, limit: number): Promise<EventPage> {
    const last = this.#last;
    if (after >= last) return { events: [], last, oldest: after + 1, isReset: false };
    const first = this.#kept[0]?.number;
    if (first === undefined || after + 1 < first)
      return readEvents(this.#prisma, this.#spaceId, after, limit);
    const index = after + 1 - first;
    return { events: this.#kept.slice(index, index + limit), last, oldest: after + 1, isReset: false };
  }

  /** Calls the listener after each {@link advance} that found something. @returns the function that removes it */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #advance(): Promise<void> {
    await numberEvents(this.#prisma, this.#spaceId);
    const before = this.#last;
    let page: EventPage;
    do {
      page = await readEvents(this.#prisma, this.#spaceId, this.#last, pageSize);
      // It was away for so long that what it has not seen is gone: each reader finds that out by itself.
      this.#kept = page.isReset ? [] : [...this.#kept, ...page.events].slice(-maxKept);
      this.#last = page.isReset ? page.last : (page.events.at(-1)?.number ?? this.#last);
    } while (page.events.length === pageSize);
    if (this.#last > before) for (const listener of this.#listeners) listener();
  }
}
