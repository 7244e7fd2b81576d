import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Execution, Prisma, PrismaClient } from '../../prisma/generated/client/client.js';
import { uniqueViolation } from '../engines/database/unique-violation.js';
import { DomainError } from '../errors.js';
import { endWithoutRun } from './end-without-run.js';
import type { ExecutionLog } from './execution-log.js';
import type { Executor } from './executor.js';
import { untilWritten } from './until-written.js';

/**
 * Takes cells in: the row first, then the queue. A row may be written though its insert failed, as when the connection
 * broke behind the commit; such an execution is in doubt, and either taken up or ended as failed in the end.
 */
export interface ExecutionIntake {
  /** Writes an execution's row and queues it. @throws the database's error */
  add(row: Prisma.ExecutionUncheckedCreateInput & { id: string }): Promise<Execution>;
  /** Queues an execution in doubt, whose row was found; does nothing with others. */
  takeUp(execution: Execution): void;
  /** What is in doubt ends at the next start then. */
  close(): void;
}

/** How long the row of an execution in doubt is left to who sends its id again. */
const settleMs = 1_000;
/** How many rows are looked for at once. */
const lookLimit = 500;

/** Makes an {@link ExecutionIntake}. */
export function createExecutionIntake(deps: {
  prisma: PrismaClient;
  executor: Executor;
  executionLog: ExecutionLog;
  log: Logger;
}): ExecutionIntake {
  const { prisma, executor, executionLog, log } = deps;
  const closing = new AbortController();
  /** By execution id, the oldest first; another value once the same id came in doubt again. */
  const inDoubt = new Map<string, { since: number }>();
  let isSettling = false;

  function queue(execution: Execution): void {
    executionLog.statusChanged(execution.id);
    executionLog.begin(execution.id);
    executor.submit(execution);
  }

  async function settleDue(): Promise<void> {
    const { signal } = closing;
    const report = (err: unknown) => log.warn({ err }, 'executions in doubt wait for the database');
    await sleep(settleMs, undefined, { signal });
    const due = [...inDoubt]
      .filter(([, { since }]) => performance.now() - since >= settleMs)
      .slice(0, lookLimit);
    const look = () => prisma.execution.findMany({ where: { id: { in: due.map(([id]) => id) } } });
    const found = new Map((await untilWritten(look, { signal, report })).map((row) => [row.id, row]));
    for (const [id, doubt] of due) {
      if (inDoubt.get(id) !== doubt) continue;
      inDoubt.delete(id);
      const execution = found.get(id);
      if (execution) await endWithoutRun(deps, execution, { failure: notQueued() });
    }
  }

  async function settle(): Promise<void> {
    if (isSettling) return;
    isSettling = true;
    try {
      while (inDoubt.size > 0) await settleDue();
    } catch (error) {
      if (!closing.signal.aborted) log.error({ err: error }, 'executions in doubt were not ended');
    } finally {
      isSettling = false;
    }
  }

  function doubt(id: string): void {
    inDoubt.set(id, { since: performance.now() });
    void settle();
  }

  return {
    async add(row) {
      const wasInDoubt = inDoubt.delete(row.id);
      try {
        const execution = await prisma.execution.create({ data: row });
        queue(execution);
        return execution;
      } catch (error) {
        if (wasInDoubt || uniqueViolation(error) === null) doubt(row.id);
        throw error;
      }
    },
    takeUp(execution) {
      if (inDoubt.delete(execution.id)) queue(execution);
    },
    close: () => closing.abort(),
  };
}

function notQueued(): DomainError {
  return new DomainError(
    'storage_unavailable',
    'The database did not answer when this cell was queued; run it again.',
  );
}
