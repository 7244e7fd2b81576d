import type { Execution } from '../../prisma/generated/client/client.js';
import type { KernelConnection } from '../engines/kernels/kernel-connection.js';
import { DomainError } from '../errors.js';
import type { Cancellation } from '../workers/cancellation.js';
import { type EndWithoutRun, endWithoutRun, gatewayRestarted } from './end-without-run.js';
import { resumeLog } from './resume-log.js';
import { type ResumedLog, Run, type RunDeps } from './run.js';

/** The executions of a session that an earlier process of the gateway left, in their order. */
export interface EarlierWork {
  sessionId: string;
  /** The relay's spool that has the messages of the session's kernel. */
  spoolId: string;
  /** May have been sent to the kernel. */
  first: Execution;
  /** Were not sent. */
  queued: Execution[];
}

interface Earlier {
  spoolId: string;
  first: Execution;
  /** Of the executions that were queued. */
  ids: Set<string>;
  /** Why the kernel of `first` is going to be ended. */
  cancelled?: Cancellation;
}

function notConnected(): DomainError {
  return new DomainError(
    'runtime_unavailable',
    'The gateway is not connected to the kernel of this session yet; try again.',
    { retryAfterSeconds: 1 },
  );
}

/** The queued executions of one session, which run one after the other in their order. */
export class SessionQueue {
  readonly #queued: Execution[] = [];
  #running: Run | undefined;
  /** Resolves when the end of the execution that runs is written. */
  #ending: { id: string; written: Promise<unknown> } | undefined;
  /** What waits until the kernel of an earlier process is connected again. */
  #earlier: Earlier | undefined;
  #isHandedOver = false;

  readonly #deps: RunDeps;
  readonly #sessionId: string;

  constructor(deps: RunDeps, sessionId: string) {
    this.#deps = deps;
    this.#sessionId = sessionId;
  }

  get length(): number {
    return this.#queued.length;
  }

  /** Whether one of its executions is in its kernel. */
  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Whether this process may not send anything more to the kernel. */
  get isHandedOver(): boolean {
    return this.#isHandedOver;
  }

  /** Whether nothing is to be done any more, by this process. */
  get isDone(): boolean {
    return this.#isHandedOver || (this.#queued.length === 0 && !this.#earlier);
  }

  /** Adds what an earlier process left; before all others. */
  resume({ spoolId, first, queued }: EarlierWork): void {
    this.#earlier = { spoolId, first, ids: new Set(queued.map(({ id }) => id)) };
    this.#queued.push(...queued);
  }

  /** Adds an execution in the order of the rows, which is the one in which the next gateway would resume them. */
  push(execution: Execution): void {
    const at = this.#queued.findLastIndex(({ position }) => position < execution.position) + 1;
    this.#queued.splice(at, 0, execution);
  }

  /** Waits for the kernel, then runs the first execution, or ends it when there is no kernel. */
  async runNext(): Promise<void> {
    if (this.#earlier) return this.#resumeEarlier();
    const kernel = await this.#readyKernel();
    const execution = this.#isHandedOver ? undefined : this.#queued.shift();
    if (!execution) return;
    if ('failure' in kernel) await this.#end(execution, kernel);
    else await this.#run(execution, kernel);
  }

  /**
   * Removes an execution, which ends as `cancelled`. False when it is not queued.
   * @throws DomainError `runtime_unavailable` while it is not known whether an earlier process has sent it to the kernel
   */
  async cancel(execution: Execution, cancelled: Cancellation): Promise<boolean> {
    const { first } = this.#earlier ?? {};
    if (first?.id === execution.id && !first.startedAt) throw notConnected();
    const at = this.#queued.findIndex(({ id }) => id === execution.id);
    if (at < 0) return false;
    this.#queued.splice(at, 1);
    await this.#end(execution, { cancelled });
    return true;
  }

  /** Answers a request for input of an execution. False when that does not run, or does not wait for this answer. */
  answerInput(executionId: string, requestId: string, value: string): boolean {
    return this.#running?.id === executionId && this.#running.answerInput(requestId, value);
  }

  /** Resolves when the end of an execution is written, if that is being done. */
  async endWritten(executionId: string): Promise<void> {
    if (this.#ending?.id === executionId) await this.#ending.written;
  }

  /** The kernel of a session is replaced: resolves when the end of what it ran is written. */
  async lastWritten(): Promise<void> {
    await this.#endEarlier();
    await this.#ending?.written;
  }

  /**
   * Leaves the executions to the next process of the gateway where that can go on with them, and ends those that are queued
   * elsewhere.
   */
  async leave(): Promise<void> {
    this.#isHandedOver = true;
    if (this.#earlier || (await this.#deps.kernels.outlivesGateway(this.#sessionId))) return;
    await this.clear({ failure: gatewayRestarted() });
  }

  /** Removes and ends all executions. The one in the kernel is marked: when its kernel ends, it ends as cancelled. */
  async clear(end: EndWithoutRun): Promise<void> {
    if ('cancelled' in end) {
      if (this.#earlier) this.#earlier.cancelled ??= end.cancelled;
      this.#running?.cancelled(end.cancelled);
    }
    for (const execution of this.#queued.splice(0)) await this.#end(execution, end);
  }

  /** Takes back the mark of {@link clear}. */
  withdrawCancellation(cancelled: Cancellation): void {
    if (this.#earlier?.cancelled === cancelled) this.#earlier.cancelled = undefined;
    this.#running?.withdrawCancellation(cancelled);
  }

  /** The kernel has ended, for the reason that {@link clear} was given. */
  async kernelEnded(): Promise<void> {
    await this.#endEarlier();
  }

  async #readyKernel(): Promise<KernelConnection | { failure: unknown }> {
    try {
      return await this.#deps.kernels.ready(this.#sessionId);
    } catch (failure) {
      return { failure };
    }
  }

  async #resumeEarlier(): Promise<void> {
    const kernel = await this.#reopenedKernel();
    const earlier = this.#earlier;
    if (this.#isHandedOver) return;
    if ('failure' in kernel) {
      if (earlier) await this.#failEarlier(earlier, kernel.failure);
      return;
    }
    const isSame = kernel.spool !== undefined && kernel.spool === earlier?.spoolId;
    if (earlier && isSame && kernel.relay?.lacks(earlier.first.id)) return this.#queueEarlier(earlier);
    const { executionLog, outputs } = this.#deps;
    const log = isSame ? await resumeLog(executionLog, earlier.first.id, outputs.widgets(kernel)) : undefined;
    const isEnded = this.#earlier === undefined;
    if (earlier && log && !isEnded) {
      this.#earlier = undefined;
      return this.#run(earlier.first, kernel, log, earlier.cancelled);
    }
    kernel.release();
    if (earlier && !isEnded) await this.#failEarlier(earlier, gatewayRestarted());
  }

  /** The kernel has never got what an earlier process may have sent: it is the first one that waits. */
  async #queueEarlier({ first, cancelled }: Earlier): Promise<void> {
    this.#earlier = undefined;
    if (cancelled) await this.#end(first, { cancelled });
    else this.#queued.unshift({ ...first, startedAt: null });
  }

  /** Ends what an earlier process left on a kernel whose messages are lost. */
  async #failEarlier(earlier: Earlier, failure: unknown): Promise<void> {
    const lost = this.#take((one) => earlier.ids.has(one.id));
    const { cancelled } = earlier;
    await this.#endFirst(earlier, cancelled ? { cancelled } : { failure });
    for (const one of lost) await this.#end(one, { failure });
  }

  /** Ends what an earlier process left on a kernel that is ended on purpose. */
  async #endEarlier(): Promise<void> {
    const { cancelled } = this.#earlier ?? {};
    if (cancelled) await this.#endFirst(this.#earlier!, { cancelled });
  }

  async #endFirst({ first }: Earlier, end: EndWithoutRun): Promise<void> {
    this.#earlier = undefined;
    await this.#end(first, end, true);
  }

  async #reopenedKernel(): Promise<KernelConnection | { failure: unknown }> {
    try {
      return await this.#deps.kernels.reopened(this.#sessionId);
    } catch (failure) {
      return { failure };
    }
  }

  async #run(
    execution: Execution,
    kernel: KernelConnection,
    resumed?: ResumedLog,
    cancelled?: Cancellation,
  ): Promise<void> {
    this.#running = new Run(this.#deps, execution, kernel, resumed);
    if (cancelled) this.#running.cancelled(cancelled);
    const ended = this.#running.run();
    this.#ending = { id: execution.id, written: ended };
    const cellEnded = this.#deps.kernels.cellStarted(this.#sessionId);
    const { hasFailed, executionCount, isHandedOver } = await ended;
    this.#running = undefined;
    cellEnded(executionCount);
    this.#isHandedOver ||= isHandedOver;
    if (hasFailed && execution.stopOnError) await this.#abortQueued(execution.userId);
  }

  /** Ends the executions of a user that are queued behind one that failed. */
  async #abortQueued(userId: string): Promise<void> {
    const aborted = this.#take((one) => one.userId === userId);
    for (const one of aborted) await this.#end(one, { status: 'aborted' });
  }

  /** As {@link endWithoutRun}; leaves the rest of the queue to a gateway that has taken over. */
  async #end(execution: Execution, end: EndWithoutRun, mayHaveBegun = false): Promise<void> {
    const written = endWithoutRun(this.#deps, execution, end, mayHaveBegun);
    // Its kernel may still send output.
    if (mayHaveBegun) this.#ending = { id: execution.id, written };
    this.#isHandedOver ||= !(await written);
  }

  /** Removes the queued executions that match. */
  #take(matches: (execution: Execution) => boolean): Execution[] {
    const taken = this.#queued.filter(matches);
    for (const one of taken) this.#queued.splice(this.#queued.indexOf(one), 1);
    return taken;
  }
}
