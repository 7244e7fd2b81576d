import type { Logger } from 'pino';
import type { Execution } from '../../prisma/generated/client/client.js';
import { FormerOwnerError } from '../engines/database/former-owner-error.js';
import type { OwnerTarget } from '../engines/database/owner-target.js';
import { takenOver } from '../engines/database/taken-over.js';
import { uniqueViolation } from '../engines/database/unique-violation.js';
import { untilAnswered } from '../engines/database/until-answered.js';
import { DomainError } from '../errors.js';
import { endWithoutRun } from './end-without-run.js';
import type { ExecutionLog } from './execution-log.js';
import type { Executor } from './executor.js';
import { insertExecutions, type NewExecution } from './insert-executions.js';
import { UnconfirmedExecutions } from './unconfirmed-executions.js';
import { writeOutputsSave } from './write-outputs-save.js';

/** What an {@link ExecutionIntake} works with. */
export interface ExecutionIntakeDeps extends OwnerTarget {
  executor: Executor;
  executionLog: ExecutionLog;
  log: Logger;
}

/**
 * Accepts executions: writes the row first, then queues them. A row that may or may not be written is resolved later.
 */
export class ExecutionIntake {
  readonly #unconfirmed: UnconfirmedExecutions;

  readonly #deps: ExecutionIntakeDeps;

  constructor(deps: ExecutionIntakeDeps) {
    this.#deps = deps;

    const { prisma, log } = deps;
    const end = (execution: Execution) => this.#endUnconfirmed(execution);
    this.#unconfirmed = new UnconfirmedExecutions({ prisma, log, end });
  }

  /**
   * Writes the row of an execution and queues it.
   * @param savesOutputs whether its outputs are to be saved; default false
   * @throws DomainError `runtime_unavailable` when another gateway has taken over the kernels; the database's error, as the
   *   row may be written then
   */
  async add(row: NewExecution, savesOutputs = false): Promise<Execution> {
    const wasUnconfirmed = this.#unconfirmed.delete(row.id);
    try {
      const [execution] = await insertExecutions(this.#deps, [row], savesOutputs ? [row.id] : []);
      this.#queue(execution!);
      return execution!;
    } catch (error) {
      if (error instanceof FormerOwnerError) throw takenOver('the cell was not queued', error);
      if (wasUnconfirmed || uniqueViolation(error) === null) this.#unconfirmed.add(row.id);
      throw error;
    }
  }

  /**
   * Writes the row of an execution and queues it, as soon as the database answers. Nobody else may add it, or have added it in
   * this process: a row that is there already is that of a try whose answer was lost.
   * @param signal ends the tries
   * @throws DomainError `runtime_unavailable` when another gateway has taken over the kernels; the database's error
   */
  async addWhenAnswered(row: NewExecution, signal: AbortSignal): Promise<Execution> {
    const { prisma } = this.#deps;
    const write = async () => {
      try {
        const [execution] = await insertExecutions(this.#deps, [row]);
        return execution!;
      } catch (error) {
        if (uniqueViolation(error) === null) throw error;
        return prisma.execution.findUniqueOrThrow({ where: { id: row.id } });
      }
    };
    try {
      const execution = await untilAnswered(write, { signal, maxMs: Number.POSITIVE_INFINITY });
      this.#queue(execution);
      return execution;
    } catch (error) {
      if (error instanceof FormerOwnerError) throw takenOver('the cell was not queued', error);
      throw error;
    }
  }

  /**
   * Writes the rows of several executions of one session in one statement, and queues them in this order.
   * @param saved the ids of those whose outputs are to be saved; default none
   * @throws DomainError `runtime_unavailable` when another gateway has taken over the kernels; the database's error: either
   *   all rows are written then or none, and those that are end as failed
   */
  async addAll(rows: readonly NewExecution[], saved: readonly string[] = []): Promise<Execution[]> {
    const wereUnconfirmed = rows.filter(({ id }) => this.#unconfirmed.delete(id));
    try {
      const executions = await insertExecutions(this.#deps, rows, saved);
      for (const execution of executions) this.#queue(execution);
      return executions;
    } catch (error) {
      if (error instanceof FormerOwnerError) throw takenOver('the cell was not queued', error);
      // Rows that are there are those of another request, which queued them, unless one before this seemed to fail.
      const unconfirmed = uniqueViolation(error) === null ? rows : wereUnconfirmed;
      for (const { id } of unconfirmed) this.#unconfirmed.add(id);
      throw error;
    }
  }

  /**
   * Queues an execution whose insert seemed to fail, but whose row was found; does nothing with others.
   * @returns whether it was queued
   */
  confirm(execution: Execution): boolean {
    const wasUnconfirmed = this.#unconfirmed.delete(execution.id);
    if (wasUnconfirmed) this.#queue(execution);
    return wasUnconfirmed;
  }

  /** Leaves the unconfirmed executions to the next start of the gateway, which ends them. */
  close(): void {
    this.#unconfirmed.close();
  }

  /** Never throws. */
  async #endUnconfirmed(execution: Execution): Promise<void> {
    const { id } = execution;
    try {
      // Nobody follows its save, because its insert seemed to fail.
      await writeOutputsSave(this.#deps, id, { status: 'skipped' });
    } catch (err) {
      this.#deps.log.error(
        { err, executionId: id },
        'a save of outputs was not ended; the next start ends it',
      );
    }
    await endWithoutRun(this.#deps, execution, { failure: notQueued() });
  }

  #queue(execution: Execution): void {
    const { executor, executionLog } = this.#deps;
    executionLog.statusChanged(execution.id);
    executionLog.begin(execution.id);
    executor.submit(execution);
  }
}

function notQueued(): DomainError {
  return new DomainError(
    'storage_unavailable',
    'The database did not answer when this cell was queued; run it again.',
  );
}
