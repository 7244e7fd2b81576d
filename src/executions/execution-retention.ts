import type { Logger } from 'pino';
import type { PrismaClient } from '../../prisma/generated/client/client.js';
import type { Leases } from '../engines/database/leases.js';
import { Periodic } from '../engines/events/periodic.js';
import type { ExecutionLog } from './execution-log.js';
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
 * an old cursor still gets them; after twice as long the execution is deleted. Only one process does this at a time. It works
 * in small batches and leaves out the logs that somebody reads in this process.
 */
export class ExecutionRetention {
  readonly #deps: ExecutionRetentionDeps;
  readonly #checks: Periodic;
  #isClosed = false;

  constructor(deps: ExecutionRetentionDeps) {
    this.#deps = deps;
    this.#checks = new Periodic(deps.checkMs ?? defaultCheckMs, () => this.#runLeased());
  }

  begin(): void {
    if (this.#deps.days > 0) this.#checks.begin();
  }

  /** Resolves when the batch that is under way is done. */
  close(): Promise<void> {
    this.#isClosed = true;
    return this.#checks.close();
  }

  async #runLeased(): Promise<void> {
    const { leases, log } = this.#deps;
    try {
      const lease = await leases.tryTake('execution-retention');
      if (!lease) return;
      try {
        await this.#run(lease.lost);
      } finally {
        await lease.release();
      }
    } catch (err) {
      log.warn({ err }, 'old executions were not removed; they are tried again later');
    }
  }

  async #run(lost: AbortSignal): Promise<void> {
    const { days } = this.#deps;
    const mayGoOn = () => !this.#isClosed && !lost.aborted;
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

  async #deleteBatch(endedBefore: Date): Promise<boolean> {
    const { prisma, executionLog } = this.#deps;
    const rows = await prisma.execution.findMany({
      where: {
        logPrunedAt: { not: null },
        finishedAt: { lt: endedBefore },
        id: { notIn: executionLog.inUse() },
      },
      orderBy: { logPrunedAt: 'asc' },
      take: batchSize,
      select: { id: true },
    });
    await prisma.execution.deleteMany({ where: { id: { in: rows.map(({ id }) => id) } } });
    return rows.length === batchSize;
  }
}
