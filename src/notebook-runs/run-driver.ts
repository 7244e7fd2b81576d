import { setTimeout as sleep } from 'node:timers/promises';
import type { Execution, NotebookRunCell, NotebookRunStatus } from '../../prisma/generated/client/client.js';
import { loadActor } from '../access/load-actor.js';
import type { RequestContext } from '../context.js';
import { isStillOwner } from '../engines/database/owner-target.js';
import { isTakenOver } from '../engines/database/taken-over.js';
import { isOutage, shortOutageMs, untilAnswered } from '../engines/database/until-answered.js';
import { waitFor } from '../engines/events/wait-for.js';
import type { JsonObject } from '../engines/nbformat/json-value.js';
import { DomainError } from '../errors.js';
import { executionFault } from '../executions/execution-result.js';
import { widgetMetadata } from '../executions/widgets/widget-metadata.js';
import { createSession } from '../sessions/create-session.js';
import { deleteSession } from '../sessions/delete-session.js';
import type { Cancellation } from '../workers/cancellation.js';
import type { RunRow } from './load-run.js';
import type { RunningServices } from './running-services.js';
import { writeRunSession } from './write-run-start.js';

/** How a run ended. */
export interface RunEnd {
  status: Exclude<NotebookRunStatus, 'queued' | 'running'>;
  /** Why it failed; default none. */
  fault?: { code: string; detail: string };
}

/** Thrown where the gateway stops, or another one has taken over the kernels: that, or the next process, goes on. */
export class RunHandedOverError extends Error {}

/** How long a cell may take to end after it was interrupted. */
const interruptGraceMs = 5_000;
/** How long a worker may take to start. */
const maxStartMs = 30 * 60_000;
const maxTimerMs = 2 ** 31 - 1;

/**
 * Runs the cells of one run, one after the other, from the first that has not ended. Each has an execution with an id that was
 * chosen before, so a later process finds what an earlier one has queued.
 */
export class RunDriver {
  #run: RunRow;
  readonly #services: RunningServices;
  readonly #spaceSlug: string;
  readonly #closing: AbortSignal;
  readonly #cancelled: AbortSignal;
  readonly #timeout: AbortSignal;
  #ctx: RequestContext | undefined;

  /**
   * @param signals.closing aborts when the gateway stops
   * @param signals.cancelled aborts when somebody cancels the run, which then ends as cancelled, unless it ends before
   */
  constructor(
    services: RunningServices,
    run: RunRow & { startedAt: Date },
    spaceSlug: string,
    signals: { closing: AbortSignal; cancelled: AbortSignal },
  ) {
    this.#services = services;
    this.#run = run;
    this.#spaceSlug = spaceSlug;
    this.#closing = signals.closing;
    this.#cancelled = signals.cancelled;
    this.#timeout = this.#timeLimit(run.startedAt);
  }

  /** The user of the run, with what they may do now. */
  async context(): Promise<RequestContext> {
    const actor = await loadActor(this.#services, this.#run.userId);
    return { actor, requestId: this.#run.id, spaces: new Map() };
  }

  /**
   * Runs the cells.
   * @throws RunHandedOverError when the gateway stops, or another one takes over the kernels meanwhile; the database's error, after which
   *   another driver goes on
   */
  async drive(): Promise<RunEnd> {
    try {
      this.#ctx = await this.context();
      const sessionId = this.#run.sessionId ?? (await this.#openSession());
      if (sessionId === null) return { status: this.#cancelled.aborted ? 'cancelled' : 'timed_out' };
      const viewerLeft = this.#services.sessions.viewerCame(sessionId);
      try {
        return await this.#runCells(sessionId);
      } finally {
        viewerLeft();
      }
    } catch (error) {
      const isHandedOver = error instanceof RunHandedOverError || isTakenOver(error);
      if (this.#closing.aborted || isHandedOver) throw new RunHandedOverError();
      if (isOutage(error) || !(error instanceof DomainError)) throw error;
      return { status: 'failed', fault: { code: error.code, detail: error.message } };
    }
  }

  /** See {@link widgetMetadata}. Call before {@link endSession}. Never rejects. */
  async widgets(): Promise<JsonObject> {
    const { id, sessionId } = this.#run;
    if (sessionId === null) return {};
    try {
      return await widgetMetadata(this.#services.executor, sessionId);
    } catch (err) {
      this.#services.log.warn({ err, runId: id }, 'the widgets of a run were not read');
      return {};
    }
  }

  /**
   * Ends the session of the run, if it is its own, and not that of a new owner of the kernels. Never rejects.
   * @param cancelled see {@link deleteSession}
   */
  async endSession(cancelled?: Cancellation): Promise<void> {
    if (!this.#run.ownsSession) return;
    try {
      if (!(await isStillOwner(this.#services))) return;
      const end = async () => {
        const sessionId = this.#run.sessionId ?? (await this.#startingSession());
        if (sessionId === null) return;
        await deleteSession(this.#services, await this.context(), this.#spaceSlug, sessionId, cancelled);
      };
      await untilAnswered(end, { signal: this.#closing, maxMs: shortOutageMs });
    } catch (err) {
      this.#services.log.warn({ err, runId: this.#run.id }, 'the session of a run was not ended');
    }
  }

  /** What no other session has. */
  get #sessionKey(): string {
    return `run:${this.#run.id}`;
  }

  /** The session of the run whose start was not waited for to its end. */
  async #startingSession(): Promise<string | null> {
    const where = { liveKey: this.#sessionKey };
    const found = await this.#services.prisma.session.findUnique({ where, select: { id: true } });
    return found?.id ?? null;
  }

  #timeLimit(startedAt: Date): AbortSignal {
    const { timeoutSeconds } = this.#run;
    if (timeoutSeconds === null) return new AbortController().signal;
    const left = startedAt.getTime() + timeoutSeconds * 1000 - Date.now();
    return AbortSignal.timeout(Math.min(maxTimerMs, Math.max(0, left)));
  }

  /** Null when the run was cancelled or its time passed. */
  async #openSession(): Promise<string | null> {
    const { id, workspaceId, path, branch, kernelProfileId } = this.#run;
    const input = { workspaceId, path, branch, kernelProfileId, ownKey: this.#sessionKey };
    const deadline = Date.now() + maxStartMs;
    const signal = this.#stopped;
    while (!signal.aborted) {
      try {
        const options = { signal };
        const { session } = await createSession(this.#services, this.#ctx!, this.#spaceSlug, input, options);
        this.#run = { ...this.#run, sessionId: session.id };
        await writeRunSession(this.#services, id, session.id);
        return session.id;
      } catch (error) {
        const isStarting = error instanceof DomainError && error.code === 'session_starting';
        if (!isStarting || Date.now() > deadline) throw error;
        await sleep(1_000, undefined, { signal }).catch(() => {});
      }
    }
    if (this.#closing.aborted) throw new RunHandedOverError();
    return null;
  }

  get #stopped(): AbortSignal {
    return AbortSignal.any([this.#closing, this.#cancelled, this.#timeout]);
  }

  async #runCells(sessionId: string): Promise<RunEnd> {
    const { prisma } = this.#services;
    const cells = await prisma.notebookRunCell.findMany({
      where: { runId: this.#run.id },
      orderBy: { position: 'asc' },
    });
    for (const cell of cells) {
      const end = await this.#runCell(sessionId, cell);
      if (end) return end;
    }
    return { status: 'ok' };
  }

  /** Null when the run goes on behind the cell. */
  async #runCell(sessionId: string, cell: NotebookRunCell): Promise<RunEnd | null> {
    const { prisma } = this.#services;
    const { executionId } = cell;
    const known = await prisma.execution.findUnique({ where: { id: executionId } });
    if (!known) {
      if (this.#cancelled.aborted) return { status: 'cancelled' };
      if (this.#timeout.aborted) return { status: 'timed_out' };
      await this.#queueCell(sessionId, cell);
    }
    return this.#endOf(await this.#ended(executionId), cell);
  }

  async #queueCell(
    sessionId: string,
    { executionId, source, cellIndex, cellId, mayRaise }: NotebookRunCell,
  ): Promise<void> {
    const { userId, allowErrors, timeoutSeconds, startedAt } = this.#run;
    const left =
      timeoutSeconds === null ? null : startedAt!.getTime() / 1000 + timeoutSeconds - Date.now() / 1000;
    const row = {
      ...{ id: executionId, sessionId, userId, code: source, cellIndex, cellId },
      // An exception that does not end the run ends no other cell of its user either.
      stopOnError: !(allowErrors || mayRaise),
      timeoutSeconds: left === null ? null : Math.max(0.001, left),
    };
    await this.#services.intake.addWhenAnswered(row, this.#closing);
    this.#services.bus.publish('notebookRun', this.#run.id, { runId: this.#run.id });
  }

  /** The execution at its end, which comes soon after the run is cancelled or its time has passed. */
  async #ended(executionId: string): Promise<Execution> {
    const ended = await this.#waitForEnd(executionId, this.#stopped);
    if (ended) return ended;
    if (this.#closing.aborted || !(await isStillOwner(this.#services))) throw new RunHandedOverError();
    const cancelled = await this.#cancellation();
    await this.#stopCell(executionId, cancelled);
    const stopped = await this.#waitForEnd(executionId, this.#within(interruptGraceMs));
    if (stopped) return stopped;
    // It ignores the interrupt. With its kernel, it ends.
    await this.endSession(cancelled);
    const gone = await this.#waitForEnd(executionId, this.#within(interruptGraceMs));
    if (gone) return gone;
    if (this.#closing.aborted) throw new RunHandedOverError();
    return this.#services.prisma.execution.findUniqueOrThrow({ where: { id: executionId } });
  }

  #waitForEnd(id: string, signal: AbortSignal): Promise<Execution | undefined> {
    const { prisma, bus } = this.#services;
    const check = async () => {
      const execution = await prisma.execution.findUniqueOrThrow({ where: { id } });
      return execution.finishedAt ? execution : undefined;
    };
    return waitFor(bus, 'executionStatus', id, check, signal);
  }

  #within(ms: number): AbortSignal {
    return AbortSignal.any([this.#closing, AbortSignal.timeout(ms)]);
  }

  /** Who ends the run before its time, and why: the time limit is nobody. */
  async #cancellation(): Promise<Cancellation> {
    if (!this.#cancelled.aborted) return { reason: 'run_timed_out', userId: null };
    // It was cancelled after the row was read.
    const { cancelledBy } = await this.#services.prisma.notebookRun.findUniqueOrThrow({
      where: { id: this.#run.id },
      select: { cancelledBy: true },
    });
    return { reason: 'requested', userId: cancelledBy };
  }

  async #stopCell(executionId: string, cancelled: Cancellation): Promise<void> {
    const { prisma, executor, sessions, log } = this.#services;
    const execution = await prisma.execution.findUniqueOrThrow({
      where: { id: executionId },
      include: { session: true },
    });
    if (await executor.cancel(execution, cancelled)) return;
    await sessions
      .interrupt(execution.session)
      .catch((err) => log.warn({ err, executionId }, 'a cell of a run was not interrupted'));
  }

  async #endOf(execution: Execution, { mayRaise }: NotebookRunCell): Promise<RunEnd | null> {
    if (execution.status !== 'ok') {
      if (this.#cancelled.aborted) return { status: 'cancelled' };
      if (this.#timeout.aborted) return { status: 'timed_out' };
    }
    switch (execution.status) {
      case 'ok':
        return null;
      case 'error':
        return mayRaise || this.#run.allowErrors ? null : { status: 'error' };
      case 'timed_out':
        return { status: 'timed_out' };
      case 'failed': {
        const fault = await executionFault(this.#services, execution);
        return { status: 'failed', ...(fault ? { fault } : {}) };
      }
      default:
        return { status: 'cancelled' };
    }
  }
}
