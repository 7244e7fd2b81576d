import { setTimeout as sleep } from 'node:timers/promises';
import type { NotebookRun } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import { isStillOwner } from '../engines/database/owner-target.js';
import { isTakenOver } from '../engines/database/taken-over.js';
import { isOutage, untilAnswered } from '../engines/database/until-answered.js';
import { FairLimit } from '../engines/events/fair-limit.js';
import { sharedAbort } from '../engines/events/shared-abort.js';
import type { JsonObject } from '../engines/nbformat/json-value.js';
import { DomainError } from '../errors.js';
import { untilWritten } from '../executions/until-written.js';
import { type ExecutedNotebook, executedNotebook } from './executed-notebook.js';
import type { RunRow } from './load-run.js';
import { withoutNotebook } from './load-run.js';
import { provenance } from './provenance.js';
import { RunCancel } from './run-cancel.js';
import { RunDriver, type RunEnd, RunHandedOverError } from './run-driver.js';
import type { RunningServices } from './running-services.js';
import { saveRun } from './save-run.js';
import { type RunResult, type WrittenEnd, writeRunEnd } from './write-run-end.js';
import { writeRunStart } from './write-run-start.js';

/** This many runs go on at the same time; the others wait. */
const maxConcurrent = 16;
/** This many of one user: a run may have no end, or wait for input. */
const maxOfUser = 4;
/** How long a run waits for a database that does not answer until it tries to go on. */
const retryMs = 1_000;
/** After these ends the notebook is saved; after the others it can be read from the run only. */
const saved: ReadonlySet<NotebookRun['status']> = new Set(['ok', 'error', 'timed_out']);

/**
 * Runs notebooks, also while no client is connected. All of it is in the database: a later process of the gateway goes on with
 * what an earlier one has left.
 */
export class NotebookRunner {
  readonly #limit = new FairLimit(maxConcurrent, maxOfUser);
  /** The runs that go on or wait here, by id: what {@link close} waits for. */
  readonly #working = new Map<string, Promise<void>>();
  readonly #closing = sharedAbort();

  readonly #services: RunningServices;

  constructor(services: RunningServices) {
    this.#services = services;
  }

  /** Goes on with a run whose row is written, as soon as there is room; does nothing where it was begun here before. */
  begin({ id, userId }: Pick<RunRow, 'id' | 'userId'>): void {
    if (this.#working.has(id)) return;
    const work = this.#whenFree(id, userId).finally(() => this.#working.delete(id));
    this.#working.set(id, work);
  }

  /** Goes on with what an earlier process has left. Called once, when this process becomes the owner of the kernels. */
  async resume(): Promise<void> {
    const left = await this.#services.prisma.notebookRun.findMany({
      where: { finishedAt: null },
      orderBy: { createdAt: 'asc' },
      select: { id: true, userId: true },
    });
    for (const run of left) this.begin(run);
  }

  /** Resolves when this process works on no run any more; the next one goes on with those that have not ended. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#working.values());
  }

  /** Never rejects. */
  async #whenFree(id: string, userId: string): Promise<void> {
    const cancel = new RunCancel(this.#services, id, this.#closing.signal);
    try {
      await this.#limit.run(userId, () => this.#work(id, cancel), cancel.signal);
    } catch {
      // It was cancelled while it waited, and ends now: others may go on for days.
      await this.#work(id, cancel);
    } finally {
      cancel.close();
    }
  }

  /** Never rejects. */
  async #work(runId: string, cancel: RunCancel): Promise<void> {
    const { signal } = this.#closing;
    if (signal.aborted) return;
    try {
      while (!(await this.#driveUntilOutage(runId, cancel)) && !signal.aborted)
        await sleep(retryMs, undefined, { signal }).catch(() => {});
    } catch (err) {
      if (err instanceof RunHandedOverError || isTakenOver(err) || signal.aborted) return;
      this.#services.log.error({ err, runId }, 'a run of a notebook broke');
      const fault = { code: 'internal', detail: 'The run broke; its log has the reason. Start it again.' };
      await this.#end(runId, { status: 'failed', finishedAt: new Date(), ...errorOf(fault) }).catch(() => {});
    }
  }

  /** @returns false when the database did not answer: it goes on from there, as the next process would */
  async #driveUntilOutage(runId: string, cancel: RunCancel): Promise<boolean> {
    try {
      await this.#drive(runId, cancel);
      return true;
    } catch (err) {
      if (!isOutage(err)) throw err;
      this.#services.log.warn({ err, runId }, 'a run of a notebook waits for the database');
      return false;
    }
  }

  async #drive(runId: string, cancel: RunCancel): Promise<void> {
    const found = await this.#begun(runId);
    if (!found) return;
    const { workspace, ...run } = found;
    const { slug } = workspace.space;
    const signals = { closing: this.#closing.signal, cancelled: cancel.signal };
    const driver = new RunDriver(this.#services, run, slug, signals);
    cancel.look();
    const end = await driver.drive();
    // The new owner goes on with it, in its session.
    if (!(await isStillOwner(this.#services))) throw new RunHandedOverError();
    // Its kernel has them, which ends with the session.
    const widgets = await driver.widgets();
    await driver.endSession();
    await this.#finish(run, slug, driver, { ...end, widgets });
  }

  /** Marks a run as running. Null when it has ended. */
  async #begun(id: string) {
    const { prisma, bus } = this.#services;
    const run = await prisma.notebookRun.findUnique({
      where: { id, finishedAt: null },
      omit: withoutNotebook,
      include: { workspace: { select: { space: { select: { slug: true } } } } },
    });
    if (run === null) return null;
    if (run.startedAt !== null) return { ...run, startedAt: run.startedAt };
    const startedAt = new Date();
    await writeRunStart(this.#services, id, startedAt);
    bus.publish('notebookRun', id, { runId: id });
    return { ...run, startedAt, status: 'running' as const };
  }

  async #finish(
    run: RunRow,
    spaceSlug: string,
    driver: RunDriver,
    { status, fault, widgets }: RunEnd & { widgets: JsonObject },
  ): Promise<void> {
    const finishedAt = new Date();
    const ended = { ...run, status, finishedAt };
    const read = async () => this.#result(ended, spaceSlug, await driver.context(), widgets);
    // Here, because the widgets cannot be read again.
    const result = await untilAnswered(read, { signal: this.#closing.signal });
    await this.#end(run.id, { status, finishedAt, ...(fault ? errorOf(fault) : {}), ...result });
  }

  /** Saves the executed notebook, or keeps it in the row. */
  async #result(
    run: RunRow & { finishedAt: Date },
    spaceSlug: string,
    ctx: RequestContext,
    widgets: JsonObject,
  ): Promise<RunResult> {
    const { prisma } = this.#services;
    const { notebook } = await prisma.notebookRun.findUniqueOrThrow({
      where: { id: run.id },
      select: { notebook: true },
    });
    let executed: ExecutedNotebook | undefined;
    try {
      executed = await executedNotebook(
        this.#services,
        { ...run, notebook: notebook! },
        (truncatedCells) => ({
          ...provenance(run, ctx.actor, truncatedCells),
          ...widgets,
        }),
      );
      const { bytes, truncatedCells } = executed;
      if (!saved.has(run.status)) return { notebook: bytes, truncatedCells };
      const savedCommitOid = await saveRun(this.#services, ctx, spaceSlug, run, executed);
      return { notebook: null, truncatedCells, savedCommitOid };
    } catch (error) {
      if (this.#closing.signal.aborted) throw new RunHandedOverError();
      if (isOutage(error) || !(error instanceof DomainError)) throw error;
      const kept = executed ? { notebook: executed.bytes, truncatedCells: executed.truncatedCells } : {};
      return { ...kept, saveErrorCode: error.code, saveErrorDetail: error.message };
    }
  }

  async #end(id: string, end: WrittenEnd): Promise<void> {
    const { bus, log } = this.#services;
    const onDelay = (err: unknown) => log.warn({ err, runId: id }, 'the end of a run waits for the database');
    await untilWritten(() => writeRunEnd(this.#services, id, end), {
      ...{ signal: this.#closing.signal, onDelay },
    });
    bus.publish('notebookRun', id, { runId: id });
  }
}

function errorOf({ code, detail }: { code: string; detail: string }): {
  errorCode: string;
  errorDetail: string;
} {
  return { errorCode: code, errorDetail: detail };
}
