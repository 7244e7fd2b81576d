import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Execution, PrismaClient } from '../../prisma/generated/client/client.js';
import { sharedAbort } from '../engines/events/shared-abort.js';
import { untilWritten } from './until-written.js';

/** The client has so long to send the id of an unconfirmed execution again before the execution ends as failed. */
const confirmMs = 1_000;
/** How many rows one query reads. */
const maxRows = 500;

/**
 * The executions whose insert failed although the row may be written, as when the connection broke behind the commit.
 * Those that nobody confirms in time are ended, if their row is found.
 */
export class UnconfirmedExecutions {
  readonly #closing = sharedAbort();
  /** By id, the oldest first; another object once the insert of the same id failed again. */
  readonly #failures = new Map<string, { at: number }>();
  #isResolving = false;

  readonly #deps: { prisma: PrismaClient; log: Logger; end(execution: Execution): Promise<void> };

  /** @param deps.end ends an execution that was not confirmed; never throws */
  constructor(deps: { prisma: PrismaClient; log: Logger; end(execution: Execution): Promise<void> }) {
    this.#deps = deps;
  }

  /** Adds an execution whose insert failed just now. */
  add(id: string): void {
    this.#failures.set(id, { at: performance.now() });
    void this.#resolveAll();
  }

  /** Removes an execution. @returns whether it was unconfirmed */
  delete(id: string): boolean {
    return this.#failures.delete(id);
  }

  /** Those that are unconfirmed end at the next start of the gateway. */
  close(): void {
    this.#closing.abort();
  }

  async #resolveAll(): Promise<void> {
    if (this.#isResolving) return;
    this.#isResolving = true;
    try {
      while (this.#failures.size > 0) await this.#resolveDue();
    } catch (error) {
      if (!this.#closing.signal.aborted) {
        this.#deps.log.error({ err: error }, 'unconfirmed executions were not ended');
      }
    } finally {
      this.#isResolving = false;
    }
  }

  async #resolveDue(): Promise<void> {
    const { signal } = this.#closing;
    await sleep(confirmMs, undefined, { signal });
    const due = [...this.#failures]
      .filter(([, { at }]) => performance.now() - at >= confirmMs)
      .slice(0, maxRows);
    const rows = await this.#findRows(due.map(([id]) => id));
    for (const [id, failure] of due) {
      if (this.#failures.get(id) !== failure) continue;
      this.#failures.delete(id);
      const execution = rows.get(id);
      if (execution) await this.#deps.end(execution);
    }
  }

  async #findRows(ids: string[]): Promise<Map<string, Execution>> {
    const { prisma, log } = this.#deps;
    const rows = await untilWritten(() => prisma.execution.findMany({ where: { id: { in: ids } } }), {
      signal: this.#closing.signal,
      onDelay: (err) => log.warn({ err }, 'unconfirmed executions wait for the database'),
    });
    return new Map(rows.map((row) => [row.id, row]));
  }
}
