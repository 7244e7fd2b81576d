import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { Prisma, type PrismaClient } from '../../../prisma/generated/client/client.js';
import type { EventBus } from '../../engines/events/event-bus.js';
import { Periodic } from '../../engines/events/periodic.js';
import { DomainError } from '../../errors.js';

const renewMs = 20_000;
/** What a gateway does not renew, because it was killed, is gone after this time. */
const expirySeconds = 60;
const expiry = Prisma.sql`now() + ${expirySeconds} * interval '1 second'`;
/** A user may have a workspace open so often. */
const maxPerUser = 50;

/** Who is where. */
export interface NewPresence {
  workspaceId: string;
  userId: string;
  /** The file that is open; null for the workspace itself. */
  path: string | null;
}

/** What a {@link PresenceRegister} uses. */
export interface PresenceRegisterDeps {
  prisma: PrismaClient;
  bus: EventBus;
  log: Logger;
  /** Milliseconds between two renewals; default 20,000. */
  renewMs?: number;
}

/**
 * Keeps in the database who has which workspace open at this gateway, for all gateways. Each entry expires a minute after
 * the last renewal, so that those of a gateway that was killed go away.
 */
export class PresenceRegister {
  readonly #deps: PresenceRegisterDeps;
  readonly #own = new Map<string, NewPresence & { since: Date }>();
  readonly #renewals: Periodic;

  constructor(deps: PresenceRegisterDeps) {
    this.#deps = deps;
    this.#renewals = new Periodic(deps.renewMs ?? renewMs, () => this.#renew());
  }

  /** Begins to renew and to remove what has expired. */
  begin(): void {
    this.#renewals.begin();
  }

  /**
   * Adds an entry.
   * @returns removes it; call it once
   * @throws DomainError `rate_limited` when the user has the workspace open 50 times
   */
  async enter({ workspaceId, userId, path }: NewPresence): Promise<() => void> {
    const { prisma, log } = this.#deps;
    const id = randomUUID();
    const since = new Date();
    // The lock counts those of a user one after another.
    const [, added] = await prisma.$transaction([
      prisma.$queryRaw`SELECT 1 AS "locked" FROM "User" WHERE "id" = ${userId}::uuid FOR NO KEY UPDATE`,
      prisma.$executeRaw`
        INSERT INTO "Presence" ("id", "workspaceId", "userId", "path", "since", "expiresAt")
        SELECT ${id}::uuid, ${workspaceId}::uuid, ${userId}::uuid, ${path}, ${since}::timestamptz, ${expiry}
        WHERE (SELECT count(*) FROM "Presence" WHERE "workspaceId" = ${workspaceId}::uuid
          AND "userId" = ${userId}::uuid AND "expiresAt" > now()) < ${maxPerUser}`,
    ]);
    if (added === 0)
      throw new DomainError(
        'rate_limited',
        `You have this workspace open ${maxPerUser} times; close some of them first.`,
      );
    this.#own.set(id, { workspaceId, userId, path, since });
    this.#changed(workspaceId);
    return () => {
      this.#own.delete(id);
      prisma.presence
        .deleteMany({ where: { id } })
        .then(() => this.#changed(workspaceId))
        // It expires.
        .catch((err) => log.warn({ err }, 'a presence was not removed'));
    };
  }

  /** Removes all entries of this gateway. */
  async close(): Promise<void> {
    await this.#renewals.close();
    const entries = [...this.#own];
    this.#own.clear();
    if (entries.length === 0) return;
    const ids = entries.map(([id]) => id);
    await this.#deps.prisma.presence.deleteMany({ where: { id: { in: ids } } }).catch(() => undefined);
    for (const workspaceId of new Set(entries.map(([, one]) => one.workspaceId))) this.#changed(workspaceId);
  }

  async #renew(): Promise<void> {
    const { prisma, log } = this.#deps;
    try {
      await this.#writeOwn();
      const expired = await prisma.$queryRaw<{ workspaceId: string }[]>`
        DELETE FROM "Presence" WHERE "expiresAt" < now() RETURNING "workspaceId"::text`;
      for (const workspaceId of new Set(expired.map((row) => row.workspaceId))) this.#changed(workspaceId);
    } catch (err) {
      log.warn({ err }, 'presences were not renewed; they are tried again later');
    }
  }

  /** Another gateway may have removed what this one renews late, so it is added again. */
  async #writeOwn(): Promise<void> {
    const entries = [...this.#own];
    if (entries.length === 0) return;
    const of = <K extends keyof NewPresence>(key: K) => entries.map(([, one]) => one[key]);
    const written = await this.#deps.prisma.$queryRaw<{ workspaceId: string; isNew: boolean }[]>`
      INSERT INTO "Presence" ("id", "workspaceId", "userId", "path", "since", "expiresAt")
      SELECT e."id", e."workspaceId", e."userId", e."path", e."since", ${expiry}
      FROM unnest(${entries.map(([id]) => id)}::uuid[], ${of('workspaceId')}::uuid[], ${of('userId')}::uuid[],
        ${of('path')}::text[], ${entries.map(([, { since }]) => since)}::timestamptz[])
        AS e("id", "workspaceId", "userId", "path", "since")
      JOIN "Workspace" w ON w."id" = e."workspaceId" JOIN "User" u ON u."id" = e."userId"
      ON CONFLICT ("id") DO UPDATE SET "expiresAt" = EXCLUDED."expiresAt"
      RETURNING "workspaceId"::text, xmax = 0 AS "isNew"`;
    const added = written.filter(({ isNew }) => isNew).map((row) => row.workspaceId);
    for (const workspaceId of new Set(added)) this.#changed(workspaceId);
    // Those that were left meanwhile must not stay.
    const left = entries.map(([id]) => id).filter((id) => !this.#own.has(id));
    if (left.length > 0) await this.#deps.prisma.presence.deleteMany({ where: { id: { in: left } } });
  }

  #changed(workspaceId: string): void {
    this.#deps.bus.publish('presence', workspaceId, { workspaceId });
  }
}
