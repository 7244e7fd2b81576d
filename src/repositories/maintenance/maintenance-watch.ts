import type { Logger } from 'pino';
import type { PrismaClient } from '../../../prisma/generated/client/client.js';
import type { EventBus } from '../../engines/events/event-bus.js';
import type { GitStore } from '../../engines/git/git-store.js';
import { DomainError } from '../../errors.js';
import type { MaintenanceRunner } from './maintenance-runner.js';

const lookEveryMs = 30_000;
const sweepEveryMs = 60 * 60_000;
const repositoriesAtOnce = 100;
const mostTouched = 10_000;

/**
 * Has repositories maintained when it pays: twice a minute it looks at those that were written to and at maintenances
 * that somebody queued or began and did not end, once an hour at all. One that failed is tried again after an hour.
 * @returns the function that ends it
 */
export function watchMaintenance(deps: {
  prisma: PrismaClient;
  git: GitStore;
  bus: EventBus;
  runner: MaintenanceRunner;
  log: Logger;
  /** Default 30 s. */
  everyMs?: number;
}): () => void {
  const { prisma, git, bus, runner, log, everyMs = lookEveryMs } = deps;
  const touched = new Set<string>();
  let sweepAt = performance.now() + everyMs;
  let timer: NodeJS.Timeout | undefined;
  const unsubscribe = bus.subscribe('commit', '*', ({ repositoryId }) => {
    // What does not fit is found by the hourly look.
    if (touched.size < mostTouched) touched.add(repositoryId);
  });

  async function look(): Promise<void> {
    const unfinished = await prisma.repositoryMaintenance.findMany({
      where: { status: { in: ['queued', 'running'] } },
      select: { repositoryId: true },
      take: repositoriesAtOnce,
    });
    for (const { repositoryId } of unfinished) await runner.request(repositoryId);
    for (const repositoryId of touched) {
      touched.delete(repositoryId);
      await requestIfDue(repositoryId);
    }
    if (performance.now() < sweepAt) return;
    sweepAt = performance.now() + sweepEveryMs;
    for (let after: string | undefined; ; ) {
      const some = await prisma.repository.findMany({
        select: { id: true },
        orderBy: { id: 'asc' },
        take: repositoriesAtOnce,
        ...(after === undefined ? {} : { cursor: { id: after }, skip: 1 }),
      });
      for (const { id } of some) await requestIfDue(id);
      after = some.at(-1)?.id;
      if (after === undefined) return;
    }
  }

  async function requestIfDue(repositoryId: string): Promise<void> {
    try {
      if (!(await git.needsMaintenance(repositoryId))) return;
      const failedLately = await prisma.repositoryMaintenance.count({
        where: { repositoryId, status: 'failed', finishedAt: { gt: new Date(Date.now() - sweepEveryMs) } },
      });
      if (failedLately === 0) await runner.request(repositoryId);
    } catch (error) {
      // One that is gone, or cannot be read now, keeps no other one waiting; the store reports the latter.
      if (error instanceof DomainError && ['not_found', 'storage_unavailable'].includes(error.code)) return;
      throw error;
    }
  }

  function schedule(): void {
    timer = setTimeout(() => {
      look()
        .catch((error) => log.warn({ err: error }, 'repositories could not be looked at for maintenance'))
        .finally(() => {
          if (timer) schedule();
        });
    }, everyMs);
    timer.unref();
  }
  schedule();

  return () => {
    unsubscribe();
    clearTimeout(timer);
    timer = undefined;
  };
}
