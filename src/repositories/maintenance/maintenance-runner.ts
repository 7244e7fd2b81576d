import type { Logger } from 'pino';
import type { Prisma, PrismaClient } from '../../../prisma/generated/client/client.js';
import type { Leases } from '../../engines/database/leases.js';
import type { EventBus } from '../../engines/events/event-bus.js';
import type { GitStore } from '../../engines/git/git-store.js';
import { DomainError } from '../../errors.js';
import { progressWriter } from './progress-writer.js';

/** Maintains repositories in the background, one at a time in this process, each by one process at a time. */
export interface MaintenanceRunner {
  /**
   * Queues a repository; one that waits or is being maintained already is left as it is.
   * @throws DomainError `rate_limited` when 1,000 wait already
   */
  request(repositoryId: string): Promise<void>;
  /** Ends what runs; it stays queued for the next start, or for another replica. */
  close(): Promise<void>;
}

const longestQueue = 1_000;

/** The name that is held while a repository is maintained; see `Leases`. */
export function maintenanceLease(repositoryId: string): string {
  return `maintenance:${repositoryId}`;
}

/** Makes a {@link MaintenanceRunner}. */
export function createMaintenanceRunner(deps: {
  prisma: PrismaClient;
  git: GitStore;
  bus: EventBus;
  leases: Leases;
  log: Logger;
}): MaintenanceRunner {
  const { prisma, git, bus, leases, log } = deps;
  const waiting = new Set<string>();
  const closing = new AbortController();
  let working: Promise<void> | undefined;

  async function record(
    repositoryId: string,
    data: Omit<Prisma.RepositoryMaintenanceUncheckedCreateInput, 'repositoryId'>,
  ): Promise<void> {
    await prisma.repositoryMaintenance.upsert({
      where: { repositoryId },
      create: { repositoryId, ...data },
      update: data,
    });
    bus.publish('maintenance', repositoryId, { repositoryId });
  }

  async function work(): Promise<void> {
    for (const repositoryId of waiting) {
      if (closing.signal.aborted) return;
      waiting.delete(repositoryId);
      await maintain(repositoryId).catch((error) =>
        log.warn({ err: error, repositoryId }, 'the state of a maintenance could not be kept'),
      );
    }
  }

  async function maintain(repositoryId: string): Promise<void> {
    const lease = await leases.tryTake(maintenanceLease(repositoryId));
    if (!lease) return;
    try {
      const row = await prisma.repositoryMaintenance.findUnique({ where: { repositoryId } });
      // Another replica had it queued, too, and is done.
      if (row?.status !== 'queued' && row?.status !== 'running') return;
      await run(repositoryId, AbortSignal.any([closing.signal, lease.lost]));
    } finally {
      await lease.release();
    }
  }

  async function run(repositoryId: string, signal: AbortSignal): Promise<void> {
    const none = { step: null, percent: null };
    await record(repositoryId, { status: 'running', startedAt: new Date(), finishedAt: null, ...none });
    const progress = progressWriter((step, percent) =>
      record(repositoryId, { status: 'running', step, percent }),
    );
    try {
      await git.maintain(repositoryId, { signal, onProgress: progress.tell });
      await progress.end();
      await record(repositoryId, { status: 'idle', finishedAt: new Date(), lastError: null, ...none });
    } catch (error) {
      await progress.end();
      if (signal.aborted) {
        await record(repositoryId, { status: 'queued', startedAt: null, ...none });
        return;
      }
      log.warn({ err: error, repositoryId }, 'a maintenance failed');
      await record(repositoryId, {
        status: 'failed',
        finishedAt: new Date(),
        lastError:
          'Git could not maintain this repository; nothing was lost. The log of the server says why.',
        ...none,
      });
    }
  }

  return {
    async request(repositoryId) {
      if (waiting.has(repositoryId) || (await leases.isHeld(maintenanceLease(repositoryId)))) return;
      if (waiting.size >= longestQueue) {
        throw new DomainError(
          'rate_limited',
          'Too many repositories wait for maintenance; try again later.',
          {
            retryAfterSeconds: 60,
          },
        );
      }
      waiting.add(repositoryId);
      await record(repositoryId, { status: 'queued' });
      working ??= work().finally(() => {
        working = undefined;
      });
    },
    async close() {
      closing.abort();
      await working;
    },
  };
}
