import pLimit from 'p-limit';
import { rowsBy } from '../engines/database/rows-by.js';
import { Periodic } from '../engines/events/periodic.js';
import type { NotebookRunServices } from '../notebook-runs/notebook-run-services.js';
import { type DueSchedule, startDueRun } from './start-due-run.js';

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
/** The runs of so many users are started at the same time; those of one user, one after the other. */
const maxConcurrent = 4;
/** After so many failures nothing more is started until the next look. */
const maxFailed = 200;

/**
 * Starts the runs of the schedules of all workspaces. What is due is in the database: a process that takes over goes on, and
 * reports what was missed meanwhile.
 */
export class Scheduler {
  readonly #services: NotebookRunServices;
  readonly #options: SchedulerOptions;
  readonly #checks: Periodic;
  readonly #limit = pLimit(maxConcurrent);
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
    const now = this.#options.now?.() ?? new Date();
    const rows = await this.#due(now, failed);
    const ofUsers = [...rowsBy(rows, ({ userId }) => userId).values()];
    await Promise.all(ofUsers.map((own) => this.#limit(() => this.#startAll(own, now, failed))));
    return this.#mayStart && rows.length === batchSize && failed.length < maxFailed;
  }

  get #mayStart(): boolean {
    return !this.#isClosed && this.#options.isOwner();
  }

  async #startAll(rows: readonly DueSchedule[], now: Date, failed: string[]): Promise<void> {
    for (const row of rows) {
      if (!this.#mayStart) return;
      await startDueRun(this.#services, row, now).catch((err) => {
        failed.push(row.id);
        this.#services.log.warn({ err, scheduleId: row.id }, 'the run of a schedule was not started');
      });
    }
  }

  /** The next that are due, with the first of each user before the second of any. */
  async #due(now: Date, failed: readonly string[]): Promise<DueSchedule[]> {
    const { prisma } = this.#services;
    const next = await prisma.$queryRaw<{ id: string }[]>`
      SELECT "id"::text FROM (
        SELECT "id", "nextDueAt", row_number() OVER (PARTITION BY "userId" ORDER BY "nextDueAt") AS "order"
        FROM "Schedule"
        WHERE "status" = 'active' AND "nextDueAt" <= ${now}::timestamptz AND "id" <> ALL (${failed}::uuid[])) AS due
      ORDER BY "order", "nextDueAt" LIMIT ${batchSize}::int`;
    return prisma.schedule.findMany({
      where: { id: { in: next.map(({ id }) => id) }, status: 'active', nextDueAt: { lte: now } },
      orderBy: { nextDueAt: 'asc' },
      include: { workspace: { select: { id: true, spaceId: true, space: { select: { slug: true } } } } },
    });
  }
}
