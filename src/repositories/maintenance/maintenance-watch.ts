import type { Logger } from 'pino';
import type { PrismaClient } from '../../../prisma/generated/client/client.js';
import type { EventBus } from '../../engines/events/event-bus.js';
import type { GitStore } from '../../engines/git/git-store.js';
import { DomainError } from '../../errors.js';
import type { MaintenanceRunner } from './maintenance-runner.js';

const checkEveryMs = 30_000;
const checkAllEveryMs = 60 * 60_000;
const pageSize = 100;
const maxChanged = 10_000;

/** What a {@link MaintenanceWatch} works with. */
export interface MaintenanceWatchDeps {
  prisma: PrismaClient;
  git: GitStore;
  bus: EventBus;
  runner: MaintenanceRunner;
  log: Logger;
  /** Milliseconds between two checks; default 30 s. */
  everyMs?: number;
}

/**
 * Requests maintenance for the repositories that need it. Twice a minute it checks the repositories with new commits, and
 * requests the unfinished maintenances again, for example those of a killed process. Once an hour it checks all
 * repositories. A failed maintenance is tried again after an hour.
 */
export class MaintenanceWatch {
  readonly #deps: MaintenanceWatchDeps;
  /** The repositories with commits since the last check. */
  readonly #changed = new Set<string>();
  readonly #unsubscribe: () => void;
  #checkAllAt: number;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** Starts the timer; the first check is after one interval. */
  constructor(deps: MaintenanceWatchDeps) {
    this.#deps = deps;
    this.#checkAllAt = performance.now() + this.#everyMs;
    this.#unsubscribe = deps.bus.subscribe('commit', 'here', ({ repositoryId }) => {
      // The hourly check finds the repositories that exceed the limit.
      if (this.#changed.size < maxChanged) this.#changed.add(repositoryId);
    });
    this.#schedule();
  }

  /** Stops the checks. */
  close(): void {
    this.#closed = true;
    this.#unsubscribe();
    clearTimeout(this.#timer);
  }

  get #everyMs(): number {
    return this.#deps.everyMs ?? checkEveryMs;
  }

  #schedule(): void {
    this.#timer = setTimeout(() => void this.#checkAndSchedule(), this.#everyMs).unref();
  }

  async #checkAndSchedule(): Promise<void> {
    try {
      await this.#check();
    } catch (err) {
      this.#deps.log.warn({ err }, 'the repositories could not be checked for maintenance');
    } finally {
      if (!this.#closed) this.#schedule();
    }
  }

  async #check(): Promise<void> {
    await this.#requestUnfinished();
    for (const repositoryId of this.#changed) {
      this.#changed.delete(repositoryId);
      await this.#requestIfNeeded(repositoryId);
    }
    if (performance.now() < this.#checkAllAt) return;
    this.#checkAllAt = performance.now() + checkAllEveryMs;
    await this.#checkAll();
  }

  async #requestUnfinished(): Promise<void> {
    const unfinished = await this.#deps.prisma.repositoryMaintenance.findMany({
      where: { status: { in: ['queued', 'running'] } },
      select: { repositoryId: true },
      take: pageSize,
    });
    for (const { repositoryId } of unfinished) await this.#deps.runner.request(repositoryId);
  }

  async #checkAll(): Promise<void> {
    let after: string | undefined;
    do {
      const page: { id: string }[] = await this.#deps.prisma.repository.findMany({
        select: { id: true },
        orderBy: { id: 'asc' },
        take: pageSize,
        ...(after === undefined ? {} : { cursor: { id: after }, skip: 1 }),
      });
      for (const { id } of page) await this.#requestIfNeeded(id);
      after = page.at(-1)?.id;
    } while (after !== undefined);
  }

  async #requestIfNeeded(repositoryId: string): Promise<void> {
    const { prisma, git, runner } = this.#deps;
    try {
      if (!(await git.needsMaintenance(repositoryId))) return;
      const finishedAt = { gt: new Date(Date.now() - checkAllEveryMs) };
      const where = { repositoryId, status: 'failed' as const, finishedAt };
      if ((await prisma.repositoryMaintenance.count({ where })) === 0) await runner.request(repositoryId);
    } catch (error) {
      // A deleted or unreadable repository must not stop the check of the others. The store reports the unreadable ones.
      if (error instanceof DomainError && ['not_found', 'storage_unavailable'].includes(error.code)) return;
      throw error;
    }
  }
}
