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

  /** Resolves when the look that goes on has ended. */
  async close(): Promise<void> {
    for (const [spaceId, open] of this.#feeds) this.#close(spaceId, open);
    await this.#looking;
  }

  #open(spaceId: string): OpenFeed {
    const feed = new SpaceFeed(this.#deps.prisma, spaceId);
    const open = { feed, opened: feed.open(), followers: 0 };
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
      await this.#look().catch((err) =>
        this.#deps.log.warn({ err }, 'the events of spaces could not be read; they are read again soon'),
      );
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
      if (open) await open.opened.then(() => open.feed.advance());
    }
  }
}
