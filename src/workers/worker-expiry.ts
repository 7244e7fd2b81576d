import type { Logger } from 'pino';
import type { Prisma, PrismaClient } from '../../prisma/generated/client/client.js';
import type { RuntimeLimits } from '../config.js';
import { Periodic } from '../engines/events/periodic.js';
import type { LiveWorkers } from './live-workers.js';
import { type Expiry, type ExpiryReason, planExpiry, type WorkerUse, workerLife } from './plan-expiry.js';
import type { WorkerActivity } from './worker-activity.js';
import type { WorkerRows } from './worker-rows.js';

const defaultCheckMs = 10_000;
/** How much later than its row a worker may have been in use. */
const touchMs = 60_000;

const selected = {
  id: true,
  resourceClass: true,
  startedAt: true,
  lastActivityAt: true,
  expiresAt: true,
  expiryReason: true,
  sessions: {
    where: { lastActivityAt: { not: null } },
    orderBy: { lastActivityAt: 'desc' },
    take: 1,
    select: { lastActivityAt: true },
  },
} satisfies Prisma.WorkerSelect;

type CheckedRow = Prisma.WorkerGetPayload<{ select: typeof selected }>;

/** What a {@link WorkerExpiry} works with. */
export interface WorkerExpiryDeps {
  prisma: PrismaClient;
  rows: WorkerRows;
  live: LiveWorkers;
  limits: RuntimeLimits;
  log: Logger;
  stop(workerId: string, reason: ExpiryReason): Promise<void>;
  /** Milliseconds between two checks; default 10 s. */
  checkMs?: number;
}

/**
 * Stops the workers that are idle for too long or too old. Some minutes before, it writes into the row when that will
 * be, and clears it when the worker is used again. One timer checks all workers; all that it needs is in their rows, so a
 * restart of the gateway changes nothing.
 */
export class WorkerExpiry {
  readonly #checks: Periodic;
  readonly #checkMs: number;

  readonly #deps: WorkerExpiryDeps;

  constructor(deps: WorkerExpiryDeps) {
    this.#deps = deps;

    this.#checkMs = deps.checkMs ?? defaultCheckMs;
    this.#checks = new Periodic(this.#checkMs, () => this.#checkAll());
  }

  begin(): void {
    this.#checks.begin();
  }

  close(): Promise<void> {
    return this.#checks.close();
  }

  async #checkAll(): Promise<void> {
    const { prisma, live, log } = this.#deps;
    try {
      const where = { status: { in: ['ready' as const, 'busy' as const] } };
      for (const row of await prisma.worker.findMany({ where, select: selected })) {
        const entry = live.get(row.id);
        if (entry?.endpoint) await this.#check(row, entry.activity);
      }
    } catch (err) {
      log.warn({ err }, 'the ages of the workers were not checked');
    }
  }

  async #check(row: CheckedRow, activity: WorkerActivity): Promise<void> {
    const { rows, limits } = this.#deps;
    if (activity.lastAt > (row.lastActivityAt?.getTime() ?? 0) + touchMs) {
      await rows.touch(row.id, new Date(activity.lastAt));
    }
    const life = workerLife(row.resourceClass as { idleMinutes?: number; maxAgeMinutes?: number }, limits);
    const now = Date.now();
    const expiry = planExpiry(useOf(row, activity), life, now, this.#checkMs);
    if (row.expiryReason !== (expiry?.reason ?? null)) await this.#write(row.id, activity, expiry);
    else if (expiry && row.expiresAt && row.expiresAt.getTime() <= now) this.#stop(row.id, expiry.reason);
  }

  async #write(workerId: string, activity: WorkerActivity, expiry: Expiry | null): Promise<void> {
    activity.isWarned = expiry?.reason === 'idle_timeout';
    await this.#deps.rows.update(workerId, ['ready', 'busy'], {
      expiresAt: expiry?.at ?? null,
      expiryReason: expiry?.reason ?? null,
    });
  }

  /** Not waited for: a server may take long to end. */
  #stop(workerId: string, reason: ExpiryReason): void {
    const { stop, log } = this.#deps;
    log.info({ workerId, reason }, 'a worker is stopped');
    stop(workerId, reason).catch((err) => log.error({ err, workerId }, 'an expired worker was not stopped'));
  }
}

function useOf(row: CheckedRow, activity: WorkerActivity): WorkerUse {
  const startedAt = row.startedAt?.getTime() ?? Date.now();
  const inSessions = row.sessions[0]?.lastActivityAt?.getTime() ?? 0;
  const lastActivityAt = Math.max(startedAt, row.lastActivityAt?.getTime() ?? 0, inSessions, activity.lastAt);
  return { startedAt, lastActivityAt, isInUse: activity.isInUse };
}
