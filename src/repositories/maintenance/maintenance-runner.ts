import type { Logger } from 'pino';
import type { Prisma, PrismaClient } from '../../../prisma/generated/client/client.js';
import type { Leases } from '../../engines/database/leases.js';
import type { EventBus } from '../../engines/events/event-bus.js';
import type { GitStore } from '../../engines/git/git-store.js';
import { DomainError } from '../../errors.js';
import { ProgressWriter } from './progress-writer.js';

const maxWaiting = 1_000;
const noProgress = { step: null, percent: null };

/** The columns of `RepositoryMaintenance` without its key. */
type MaintenanceColumns = Omit<Prisma.RepositoryMaintenanceUncheckedCreateInput, 'repositoryId'>;

/** The name of the lease that a process holds while it maintains a repository; see {@link Leases}. */
export function maintenanceLease(repositoryId: string): string {
  return `maintenance:${repositoryId}`;
}

/** What a {@link MaintenanceRunner} works with. */
export interface MaintenanceRunnerDeps {
  prisma: PrismaClient;
  git: GitStore;
  bus: EventBus;
  leases: Leases;
  log: Logger;
}

/**
 * Maintains repositories in the background: one at a time in this process, and each repository in one process at a time.
 * The queue is also in the database, so that a restarted process or another replica continues with it.
 */
export class MaintenanceRunner {
  readonly #deps: MaintenanceRunnerDeps;
  readonly #waiting = new Set<string>();
  readonly #closing = new AbortController();
  #working: Promise<void> | undefined;

  constructor(deps: MaintenanceRunnerDeps) {
    this.#deps = deps;
  }

  /**
   * Queues a repository. Does nothing when it is already queued here or being maintained.
   * @throws DomainError `overloaded` when 1,000 repositories are already queued
   */
  async request(repositoryId: string): Promise<void> {
    if (this.#waiting.has(repositoryId)) return;
    if (await this.#deps.leases.isHeld(maintenanceLease(repositoryId))) return;
    if (this.#waiting.size >= maxWaiting) throw tooManyQueued();
    this.#waiting.add(repositoryId);
    await this.#record(repositoryId, { status: 'queued' });
    this.#working ??= this.#maintainWaiting().finally(() => {
      this.#working = undefined;
    });
  }

  /** Stops the running maintenance. It stays queued for the next start or for another replica. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#working;
  }

  async #maintainWaiting(): Promise<void> {
    for (const repositoryId of this.#waiting) {
      if (this.#closing.signal.aborted) return;
      this.#waiting.delete(repositoryId);
      try {
        await this.#maintainLeased(repositoryId);
      } catch (err) {
        this.#deps.log.warn({ err, repositoryId }, 'the state of a maintenance could not be saved');
      }
    }
  }

  /** Maintains a repository, unless another process is doing it or has done it. */
  async #maintainLeased(repositoryId: string): Promise<void> {
    const { prisma, leases } = this.#deps;
    const lease = await leases.tryTake(maintenanceLease(repositoryId));
    if (!lease) return;
    try {
      const row = await prisma.repositoryMaintenance.findUnique({ where: { repositoryId } });
      if (row?.status !== 'queued' && row?.status !== 'running') return;
      await this.#maintain(repositoryId, AbortSignal.any([this.#closing.signal, lease.lost]));
    } finally {
      await lease.release();
    }
  }

  async #maintain(repositoryId: string, signal: AbortSignal): Promise<void> {
    const begun = { startedAt: new Date(), finishedAt: null };
    await this.#record(repositoryId, { status: 'running', ...begun, ...noProgress });
    const outcome = await this.#runGit(repositoryId, signal);
    await this.#record(repositoryId, { ...outcome, ...noProgress });
  }

  /** Runs the maintenance and returns the columns to record at its end. */
  async #runGit(repositoryId: string, signal: AbortSignal): Promise<MaintenanceColumns> {
    const { git, log } = this.#deps;
    const progress = new ProgressWriter((step, percent) =>
      this.#record(repositoryId, { status: 'running', step, percent }),
    );
    try {
      await git.maintain(repositoryId, {
        signal,
        onProgress: (step, percent) => progress.report(step, percent),
      });
      return { status: 'idle', finishedAt: new Date(), lastError: null };
    } catch (err) {
      if (signal.aborted) return { status: 'queued', startedAt: null };
      log.warn({ err, repositoryId }, 'a maintenance failed');
      const lastError =
        'Git could not maintain this repository; nothing was lost. The log of the server says why.';
      return { status: 'failed', finishedAt: new Date(), lastError };
    } finally {
      await progress.end();
    }
  }

  async #record(repositoryId: string, columns: MaintenanceColumns): Promise<void> {
    const { prisma, bus } = this.#deps;
    await prisma.repositoryMaintenance.upsert({
      where: { repositoryId },
      create: { repositoryId, ...columns },
      update: columns,
    });
    bus.publish('maintenance', repositoryId, { repositoryId });
  }
}

function tooManyQueued(): DomainError {
  const message = 'Too many repositories are queued for maintenance; try again later.';
  return new DomainError('overloaded', message, { retryAfterSeconds: 60 });
}
