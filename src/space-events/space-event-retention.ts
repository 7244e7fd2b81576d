import type { Logger } from 'pino';
import type { PrismaClient } from '../../prisma/generated/client/client.js';
import type { Leases } from '../engines/database/leases.js';
import { Periodic } from '../engines/events/periodic.js';
import { numberEvents } from './number-events.js';

const defaultCheckMs = 60_000;
const defaultMaxEvents = 1_000_000;
const batchSize = 1_000;
const hourMs = 60 * 60_000;

/** What a {@link SpaceEventRetention} works with. */
export interface SpaceEventRetentionDeps {
  prisma: PrismaClient;
  leases: Leases;
  log: Logger;
  /** Hours that an event is kept. */
  hours: number;
  /** How many events of a space are kept at most, the newest; default 1,000,000. */
  maxEvents?: number;
  /** Milliseconds between two runs; default one minute. */
  checkMs?: number;
}

/** Removes the old events of spaces, in small batches and in the order of their numbers. One process does it at a time. */
export class SpaceEventRetention {
  readonly #deps: SpaceEventRetentionDeps;
  readonly #checks: Periodic;
  #isClosed = false;

  constructor(deps: SpaceEventRetentionDeps) {
    this.#deps = deps;
    this.#checks = new Periodic(deps.checkMs ?? defaultCheckMs, () => this.#runLeased());
  }

  begin(): void {
    this.#checks.begin();
  }

  /** Resolves when the batch that is under way is done. */
  close(): Promise<void> {
    this.#isClosed = true;
    return this.#checks.close();
  }

  /** Removes what is too old or too much now, unless another process does it. */
  async #runLeased(): Promise<void> {
    const { leases, log } = this.#deps;
    try {
      const lease = await leases.tryTake('space-event-retention');
      if (!lease) return;
      try {
        await this.#run(() => !this.#isClosed && !lease.lost.aborted);
      } finally {
        await lease.release();
      }
    } catch (err) {
      log.warn({ err }, 'old events of spaces were not removed; they are tried again later');
    }
  }

  async #run(mayGoOn: () => boolean): Promise<void> {
    const { prisma } = this.#deps;
    // An event without a number cannot be removed: a client could not notice that it misses it. So the events of all spaces
    // get their numbers here, also where nobody follows them.
    const waiting = await prisma.$queryRaw<{ id: string }[]>`
      SELECT s."id"::text FROM "Space" AS s WHERE EXISTS (
        SELECT 1 FROM "SpaceEvent" AS e WHERE e."spaceId" = s."id" AND e."number" IS NULL)`;
    for (const { id } of waiting) if (mayGoOn()) await numberEvents(prisma, id, mayGoOn);
    for (const spaceId of await this.#spacesToPrune()) {
      while (mayGoOn() && (await this.#pruneBatch(spaceId)));
    }
  }

  async #spacesToPrune(): Promise<string[]> {
    const rows = await this.#deps.prisma.$queryRaw<{ id: string }[]>`
      SELECT c."spaceId"::text AS "id" FROM "SpaceEventCounter" AS c, LATERAL (
        SELECT "number", "createdAt" FROM "SpaceEvent" AS e
        WHERE e."spaceId" = c."spaceId" AND e."number" IS NOT NULL ORDER BY e."number" LIMIT 1
      ) AS oldest
      WHERE oldest."createdAt" < ${this.#keptSince()} OR c."last" - oldest."number" >= ${this.#maxEvents}`;
    return rows.map(({ id }) => id);
  }

  /** @returns whether there may be more */
  async #pruneBatch(spaceId: string): Promise<boolean> {
    const { prisma } = this.#deps;
    const since = this.#keptSince();
    const counter = await prisma.spaceEventCounter.findUnique({ where: { spaceId } });
    const rows = await prisma.spaceEvent.findMany({
      where: { spaceId, number: { not: null } },
      orderBy: { number: 'asc' },
      take: batchSize,
      select: { id: true, number: true, createdAt: true },
    });
    const overflow = Number(counter?.last ?? 0) - this.#maxEvents;
    const kept = rows.findIndex(({ number, createdAt }) => createdAt >= since && Number(number) > overflow);
    const old = kept < 0 ? rows : rows.slice(0, kept);
    await prisma.spaceEvent.deleteMany({ where: { id: { in: old.map(({ id }) => id) } } });
    return old.length === batchSize;
  }

  get #maxEvents(): number {
    return this.#deps.maxEvents ?? defaultMaxEvents;
  }

  #keptSince(): Date {
    return new Date(Date.now() - this.#deps.hours * hourMs);
  }
}
