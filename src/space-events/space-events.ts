import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { PrismaClient } from '../../prisma/generated/client/client.js';
import type { EventBus, Topics } from '../engines/events/event-bus.js';
import { SpaceFeed } from './space-feed.js';

/** A change on one of them may have written an event. */
const topics: readonly (keyof Topics)[] = [
  ...(['workspace', 'commit', 'worker', 'session', 'executionStatus', 'notebookRun'] as const),
  ...(['maintenance', 'remote'] as const),
];
/** Between two looks into the database, so that many changes cost as much as a few. In milliseconds. */
const pauseMs = 50;
/** Who changed something may have ended before it published that. */
const pollMs = 1_000;

interface OpenFeed {
  feed: SpaceFeed;
  opened: Promise<void>;
  /** Whether it was opened without an error. */
  isOpened: boolean;
  followers: number;
}

/**
 * The streams of the events of spaces. The database has the events; the bus only says when to look. While nobody follows a
 * space here, nothing is read.
 */
export class SpaceEvents {
  readonly #deps: { prisma: PrismaClient; bus: EventBus; log: Logger };
  readonly #feeds = new Map<string, OpenFeed>();
  #leave: (() => void) | undefined;
  #isDirty = false;
  #looking: Promise<void> | undefined;
  /** At most two for a feed: one that runs and one that waits for it. */
  readonly #advancing = new Set<Promise<void>>();

  constructor(deps: { prisma: PrismaClient; bus: EventBus; log: Logger }) {
    this.#deps = deps;
  }

  /**
   * Follows a space.
   * @returns its feed, which has everything that was committed before, and the function that ends it
   */
  async follow(spaceId: string): Promise<{ feed: SpaceFeed; leave(): void }> {
    const open = this.#feeds.get(spaceId) ?? this.#open(spaceId);
    open.followers++;
    let isOpen = true;
    const leave = () => {
      if (!isOpen) return;
      isOpen = false;
      open.followers--;
      if (open.followers === 0) this.#close(spaceId, open);
    };
    try {
      await open.opened;
      // Who begins to follow does not get what happened before, and what waits for its number did.
      await open.feed.advance();
      return { feed: open.feed, leave };
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** Resolves when what is being read has been read. */
  async close(): Promise<void> {
    for (const [spaceId, open] of this.#feeds) this.#close(spaceId, open);
    await this.#looking;
    await Promise.allSettled(this.#advancing);
  }

  #open(spaceId: string): OpenFeed {
    const feed = new SpaceFeed(this.#deps.prisma, spaceId);
    const opened = feed.open().then(() => {
      open.isOpened = true;
    });
    const open: OpenFeed = { feed, opened, isOpened: false, followers: 0 };
    this.#feeds.set(spaceId, open);
    this.#leave ??= this.#listen();
    return open;
  }

  #close(spaceId: string, open: OpenFeed): void {
    if (this.#feeds.get(spaceId) === open) this.#feeds.delete(spaceId);
    if (this.#feeds.size > 0) return;
    this.#leave?.();
    this.#leave = undefined;
  }

  #listen(): () => void {
    const { bus } = this.#deps;
    const look = () => this.#lookSoon();
    const leave = topics.map((topic) => bus.subscribe(topic, '*', look));
    leave.push(bus.onMissed(look));
    const poll = setInterval(look, pollMs).unref();
    return () => {
      clearInterval(poll);
      for (const one of leave) one();
    };
  }

  #lookSoon(): void {
    this.#isDirty = true;
    this.#looking ??= this.#lookAll().finally(() => {
      this.#looking = undefined;
    });
  }

  async #lookAll(): Promise<void> {
    while (this.#isDirty && this.#feeds.size > 0) {
      this.#isDirty = false;
      await this.#look().catch((err) => this.#warn(err));
      await sleep(pauseMs, undefined, { ref: false });
    }
  }

  async #look(): Promise<void> {
    const feeds = [...this.#feeds];
    const ids = feeds.map(([spaceId]) => spaceId);
    const known = feeds.map(([, { feed }]) => feed.last);
    const rows = await this.#deps.prisma.$queryRaw<{ id: string }[]>`
      SELECT f."id"::text FROM unnest(${ids}::uuid[], ${known}::bigint[]) AS f("id", "known")
      LEFT JOIN "SpaceEventCounter" AS c ON c."spaceId" = f."id"
      WHERE c."last" > f."known"
        OR EXISTS (SELECT 1 FROM "SpaceEvent" AS e WHERE e."spaceId" = f."id" AND e."number" IS NULL)`;
    for (const { id } of rows) {
      const open = this.#feeds.get(id);
      // Who opens a feed also advances it.
      if (open?.isOpened) this.#advance(open.feed);
    }
  }

  /** Nobody waits for it, because a space that is slow must not delay the others. */
  #advance(feed: SpaceFeed): void {
    const advancing = feed.advance();
    if (this.#advancing.has(advancing)) return;
    this.#advancing.add(advancing);
    void advancing.catch((err) => this.#warn(err)).finally(() => this.#advancing.delete(advancing));
  }

  #warn(err: unknown): void {
    this.#deps.log.warn({ err }, 'the events of spaces could not be read; they are read again soon');
  }
}
