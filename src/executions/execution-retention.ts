import type { Logger } from 'pino';
import type { PrismaClient } from '../../prisma/generated/client/client.js';
import type { Leases } from '../engines/database/leases.js';
import type { ExecutionLog } from './execution-log.js';
import { LeasedPeriodic } from './leased-periodic.js';
import { pruneLog } from './prune-log.js';

const defaultCheckMs = 10 * 60_000;
const batchSize = 50;
const dayMs = 24 * 60 * 60_000;

/** What an {@link ExecutionRetention} works with. */
export interface ExecutionRetentionDeps {
  prisma: PrismaClient;
  leases: Leases;
  executionLog: ExecutionLog;
  log: Logger;
  /** Days that the log of an ended execution is kept; 0 for ever. */
  days: number;
  /** Milliseconds between two runs; default 10 minutes. */
  checkMs?: number;
}

/**
 * Removes old executions, in two steps. After `days` the log is cut down to its end with the outputs, so that a client with
 * an old cursor still gets them; after twice as long the execution is deleted, unless it belongs to the run of a notebook:
 * those go with it. Only one process does this at a time. It works
 * in small batches and leaves out the logs that somebody reads, at whichever gateway.
 */
export class ExecutionRetention {
  readonly #deps: ExecutionRetentionDeps;
  readonly #checks: LeasedPeriodic;

  constructor(deps: ExecutionRetentionDeps) {
    this.#deps = deps;
    const work = (mayGoOn: () => boolean) => this.#run(mayGoOn);
    this.#checks = new LeasedPeriodic(deps, 'execution-retention', deps.checkMs ?? defaultCheckMs, work);
  }

  begin(): void {
    if (this.#deps.days > 0) this.#checks.begin();
  }

  /** Resolves when the batch that is under way is done. */
  close(): Promise<void> {
    return this.#checks.close();
  }

  async #run(mayGoOn: () => boolean): Promise<void> {
    const { days } = this.#deps;
    while (mayGoOn() && (await this.#pruneBatch(new Date(Date.now() - days * dayMs), mayGoOn)));
    while (mayGoOn() && (await this.#deleteBatch(new Date(Date.now() - 2 * days * dayMs))));
  }

  /** Prunes the logs of at most one batch. @returns whether there may be more */
  async #pruneBatch(endedBefore: Date, mayGoOn: () => boolean): Promise<boolean> {
    const { prisma, executionLog, log } = this.#deps;
    const rows = await prisma.execution.findMany({
      where: { logPrunedAt: null, finishedAt: { lt: endedBefore }, id: { notIn: executionLog.inUse() } },
      orderBy: { finishedAt: 'asc' },
      take: batchSize,
      select: { id: true },
    });
    let failed = 0;
    for (const { id } of rows) {
      if (!mayGoOn()) break;
      // One log that cannot be pruned must not keep the others.
      await pruneLog(this.#deps, id).catch((err) => {
        failed++;
        log.warn({ err, executionId: id }, 'the log of an execution was not pruned');
      });
    }
    return rows.length === batchSize && failed === 0;
  }

  /** Deletes at most one batch, without the executions of notebook runs. @returns whether there may be more */
  async #deleteBatch(endedBefore: Date): Promise<boolean> {
    const { prisma, executionLog } = this.#deps;
    const deleted = await prisma.$executeRaw`
      DELETE FROM "Execution" WHERE "id" IN (
        SELECT e."id" FROM "Execution" e
        WHERE e."logPrunedAt" IS NOT NULL AND e."finishedAt" < ${endedBefore}::timestamptz
          AND e."id" <> ALL (${executionLog.inUse()}::uuid[])
          AND NOT EXISTS (SELECT 1 FROM "NotebookRunCell" c WHERE c."executionId" = e."id")
        ORDER BY e."logPrunedAt" LIMIT ${batchSize})`;
    return deleted === batchSize;
  }
}
