import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { FormerOwnerError } from '../engines/database/former-owner-error.js';
import type { OwnerTarget } from '../engines/database/owner-target.js';
import { isOutage } from '../engines/database/until-answered.js';
import type { EventBus } from '../engines/events/event-bus.js';
import { sharedAbort } from '../engines/events/shared-abort.js';
import { waitFor } from '../engines/events/wait-for.js';
import { DomainError } from '../errors.js';
import { type EndedExecution, type SaveOutputsServices, saveOutputs } from './save-outputs.js';
import { untilWritten } from './until-written.js';
import { type OutputsSaveResult, writeOutputsSave } from './write-outputs-save.js';

/** What an {@link OutputsSaver} works with. */
export interface OutputsSaverDeps extends SaveOutputsServices, OwnerTarget {
  bus: EventBus;
  log: Logger;
}

/** The waits between the tries of a save that fails, in milliseconds; the last one repeats while the database is away. */
const retryMs = [100, 500, 2_000, 5_000, 15_000];
/** The codes of errors that pass. */
const temporaryCodes = new Set<string>([
  'storage_unavailable',
  'overloaded',
  'rate_limited',
  'base_sha_conflict',
]);

/**
 * Saves the outputs of executions into their cells as soon as these have ended: those of one session one after the other, in
 * their order. What is to be saved is in the database, so a later process of the gateway saves what an earlier one could not.
 */
export class OutputsSaver {
  /** By session; each resolves, and never rejects, when the saves until now are done. */
  readonly #tails = new Map<string, Promise<void>>();
  readonly #closing = sharedAbort();

  readonly #deps: OutputsSaverDeps;

  constructor(deps: OutputsSaverDeps) {
    this.#deps = deps;
  }

  /** Saves the outputs of an execution at its end. Its row in `OutputsSave` is written already. */
  follow({ id, sessionId }: { id: string; sessionId: string }, mayBeSaved = false): void {
    const before = this.#tails.get(sessionId) ?? Promise.resolve();
    const tail = before
      .then(() => this.#saveAtEnd(id, mayBeSaved))
      .catch((err) => this.#reportBroken(id, err))
      .finally(() => {
        if (this.#tails.get(sessionId) === tail) this.#tails.delete(sessionId);
      });
    this.#tails.set(sessionId, tail);
  }

  /** Follows what an earlier process has not saved. Called once, at the start. */
  async resume(): Promise<void> {
    const left = await this.#deps.prisma.execution.findMany({
      where: { outputsSave: { status: 'pending' } },
      orderBy: { position: 'asc' },
      select: { id: true, sessionId: true },
    });
    for (const one of left) this.follow(one, true);
  }

  /** Resolves when no save is under way any more. The others are left to the next process. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#tails.values());
  }

  async #saveAtEnd(id: string, mayBeSaved: boolean): Promise<void> {
    const { prisma, bus } = this.#deps;
    const { signal } = this.#closing;
    const include = {
      session: {
        select: {
          ...{ branch: true, path: true, worker: { select: { repositoryId: true } } },
          workspace: { select: { space: { select: { slug: true } } } },
        },
      },
    } as const;
    const read = () => this.#repeated(() => prisma.execution.findUnique({ where: { id }, include }));
    const check = async () => {
      const row = await read();
      return row === null || row.finishedAt ? { row } : undefined;
    };
    const ended = await waitFor(bus, 'executionStatus', id, check, signal);
    if (!ended?.row) return;
    if (!ended.row.startedAt) return this.#write(id, { status: 'skipped' });
    await this.#save(ended.row, mayBeSaved);
  }

  async #save(execution: EndedExecution, mayBeSaved: boolean): Promise<void> {
    for (let attempt = 0; !this.#closing.signal.aborted; attempt++) {
      try {
        const commitOid = await saveOutputs(this.#deps, execution, { mayBeSaved: mayBeSaved || attempt > 0 });
        return await this.#write(execution.id, { status: 'saved', commitOid });
      } catch (error) {
        const isTemporary = !(error instanceof DomainError) || temporaryCodes.has(error.code);
        const wait = isTemporary
          ? (retryMs[attempt] ?? (isOutage(error) ? retryMs.at(-1) : undefined))
          : undefined;
        if (wait === undefined) return await this.#fail(execution.id, error);
        await sleep(wait, undefined, { signal: this.#closing.signal }).catch(() => {});
      }
    }
  }

  async #fail(id: string, error: unknown): Promise<void> {
    const known = error instanceof DomainError ? error : undefined;
    if (!known) this.#deps.log.error({ err: error, executionId: id }, 'the outputs of a run were not saved');
    await this.#write(id, {
      status: 'failed',
      errorCode: known?.code ?? 'storage_unavailable',
      errorDetail:
        known?.message ?? 'The outputs were not saved because storage did not answer; run the cell again.',
    });
  }

  async #write(executionId: string, result: OutputsSaveResult): Promise<void> {
    const { bus } = this.#deps;
    await this.#repeated(() => writeOutputsSave(this.#deps, executionId, result));
    bus.publish('executionStatus', executionId, { executionId });
  }

  #repeated<T>(work: () => Promise<T>): Promise<T> {
    const { log } = this.#deps;
    const onDelay = (err: unknown) => log.warn({ err }, 'a save of outputs waits for the database');
    return untilWritten(work, { signal: this.#closing.signal, onDelay });
  }

  #reportBroken(id: string, err: unknown): void {
    if (this.#closing.signal.aborted || err instanceof FormerOwnerError) return;
    this.#deps.log.error({ err, executionId: id }, 'a save of outputs broke; the next start tries it again');
  }
}
