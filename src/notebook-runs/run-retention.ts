import type { Logger } from 'pino';
import type { PrismaClient } from '../../prisma/generated/client/client.js';
import type { Leases } from '../engines/database/leases.js';
import type { EventBus } from '../engines/events/event-bus.js';
import type { ExecutionLog } from '../executions/execution-log.js';
import { LeasedPeriodic } from '../executions/leased-periodic.js';

const defaultCheckMs = 10 * 60_000;
const cellsOfBatch = 50;
const runsOfBatch = 20;
/** The maximum number of runs that cannot be removed now and are left for the next time. */
const maxPassed = 200;
const dayMs = 24 * 60 * 60_000;

/** What a {@link RunRetention} works with. */
export interface RunRetentionDeps {
  prisma: PrismaClient;
  leases: Leases;
  bus: EventBus;
  executionLog: ExecutionLog;
  log: Logger;
  /** Days that the log of an ended execution is kept; 0 for ever. */
  days: number;
  /** Milliseconds between two runs; default 10 minutes. */
  checkMs?: number;
}

/**
 * Removes runs of notebooks twice `days` after their end, as executions are, with their cells, the executions of these and the
 * notebook that was not saved. Until then all of it can be read; of the logs, what `ExecutionRetention` leaves. Only one
 * process does this at a time. It works in small batches and leaves out runs whose logs somebody reads, at whichever gateway.
 */
export class RunRetention {
  readonly #deps: RunRetentionDeps;
  readonly #checks: LeasedPeriodic;

  constructor(deps: RunRetentionDeps) {
    this.#deps = deps;
    const work = (mayGoOn: () => boolean) => this.#run(mayGoOn);
    this.#checks = new LeasedPeriodic(deps, 'run-retention', deps.checkMs ?? defaultCheckMs, work);
  }

  begin(): void {
    if (this.#deps.days > 0) this.#checks.begin();
  }

  /** Resolves when the batch that is under way is done. */
  close(): Promise<void> {
    return this.#checks.close();
  }

  async #run(mayGoOn: () => boolean): Promise<void> {
    const { prisma, days } = this.#deps;
    const passed: string[] = [];
    while (mayGoOn() && passed.length < maxPassed) {
      const rows = await prisma.notebookRun.findMany({
        where: { finishedAt: { lt: new Date(Date.now() - 2 * days * dayMs) }, id: { notIn: passed } },
        orderBy: { finishedAt: 'asc' },
        take: runsOfBatch,
        select: { id: true },
      });
      if (rows.length === 0) return;
      for (const { id } of rows) {
        if (!(await this.#remove(id, mayGoOn))) passed.push(id);
        if (!mayGoOn()) return;
      }
    }
  }

  /** Removes the cells from the last to the first, so that it can go on after a crash. @returns whether the run is gone */
  async #remove(runId: string, mayGoOn: () => boolean): Promise<boolean> {
    const { prisma, executionLog, bus } = this.#deps;
    while (mayGoOn()) {
      const cells = await prisma.notebookRunCell.findMany({
        where: { runId },
        orderBy: { position: 'desc' },
        take: cellsOfBatch,
        select: { executionId: true },
      });
      if (cells.length === 0) break;
      const executionId = { in: cells.map((cell) => cell.executionId) };
      const inUse = new Set(executionLog.inUse());
      // A whole log may be large; it is cut down first.
      const whole = await prisma.execution.count({ where: { id: executionId, logPrunedAt: null } });
      if (whole > 0 || executionId.in.some((id) => inUse.has(id))) return false;
      await prisma.$transaction([
        prisma.execution.deleteMany({ where: { id: executionId } }),
        prisma.notebookRunCell.deleteMany({ where: { runId, executionId } }),
      ]);
    }
    if (!mayGoOn()) return false;
    await prisma.notebookRun.deleteMany({ where: { id: runId } });
    bus.publish('notebookRun', runId, { runId });
    return true;
  }
}
