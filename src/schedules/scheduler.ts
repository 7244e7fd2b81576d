import { Periodic } from '../engines/events/periodic.js';
import type { NotebookRunServices } from '../notebook-runs/notebook-run-services.js';
import { startDueRun } from './start-due-run.js';

/** What a {@link Scheduler} works with. */
export interface SchedulerOptions {
  /** Whether this process runs the kernels now; only then it starts runs. */
  isOwner(): boolean;
  /** Default: the time of the system. */
  now?(): Date;
}

/** A run begins at most so much after it is due. */
const periodMs = 5_000;
const batchSize = 20;

/**
 * Starts the runs of the schedules of all workspaces. What is due is in the database: a process that takes over goes on, and
 * reports what was missed meanwhile.
 */
export class Scheduler {
  readonly #services: NotebookRunServices;
  readonly #options: SchedulerOptions;
  readonly #checks: Periodic;
  #isClosed = false;

  constructor(services: NotebookRunServices, options: SchedulerOptions) {
    this.#services = services;
    this.#options = options;
    this.#checks = new Periodic(periodMs, () => this.startDueRuns());
  }

  /** Looks every 5 s from now on. Called when this process has become the owner of the kernels. */
  begin(): void {
    this.#checks.begin();
  }

  /** Resolves when nothing is being started any more. */
  close(): Promise<void> {
    this.#isClosed = true;
    return this.#checks.close();
  }

  /** Starts what is due now. Never rejects: what failed is still due the next time. */
  async startDueRuns(): Promise<void> {
    const { log } = this.#services;
    const failed: string[] = [];
    try {
      while (await this.#startBatch(failed));
    } catch (err) {
      log.warn({ err }, 'it is not known which schedules are due; they are looked for again soon');
    }
  }

  /** @returns whether there may be more */
  async #startBatch(failed: string[]): Promise<boolean> {
    const { prisma, log } = this.#services;
    const now = this.#options.now?.() ?? new Date();
    const rows = await prisma.schedule.findMany({
      where: { status: 'active', nextDueAt: { lte: now }, id: { notIn: failed } },
      orderBy: { nextDueAt: 'asc' },
      take: batchSize,
      include: { workspace: { select: { id: true, spaceId: true, space: { select: { slug: true } } } } },
    });
    for (const row of rows) {
      if (this.#isClosed || !this.#options.isOwner()) return false;
      await startDueRun(this.#services, row, now).catch((err) => {
        failed.push(row.id);
        log.warn({ err, scheduleId: row.id }, 'the run of a schedule was not started');
      });
    }
    return rows.length === batchSize && failed.length < batchSize;
  }
}
