import type { Execution } from '../../prisma/generated/client/client.js';
import type { KernelConnection } from '../engines/kernels/kernel-connection.js';
import type { Cancellation } from '../workers/cancellation.js';
import { type EndWithoutRun, endWithoutRun } from './end-without-run.js';
import { Run, type RunDeps } from './run.js';

/** The queued executions of one session, which run one after the other in their order. */
export class SessionQueue {
  readonly #queued: Execution[] = [];
  #running: Run | undefined;

  readonly #deps: RunDeps;
  readonly #sessionId: string;

  constructor(deps: RunDeps, sessionId: string) {
    this.#deps = deps;
    this.#sessionId = sessionId;
  }

  get length(): number {
    return this.#queued.length;
  }

  push(execution: Execution): void {
    this.#queued.push(execution);
  }

  /** Waits for the kernel, then runs the first execution, or ends it when there is no kernel. */
  async runNext(): Promise<void> {
    const kernel = await this.#readyKernel();
    const execution = this.#queued.shift();
    if (!execution) return;
    if ('failure' in kernel) await endWithoutRun(this.#deps, execution, kernel);
    else await this.#run(execution, kernel);
  }

  /** Removes an execution, which ends as `cancelled`. False when it is not queued. */
  async cancel(execution: Execution, cancelled: Cancellation): Promise<boolean> {
    const at = this.#queued.findIndex(({ id }) => id === execution.id);
    if (at < 0) return false;
    this.#queued.splice(at, 1);
    await endWithoutRun(this.#deps, execution, { cancelled });
    return true;
  }

  /** Answers a request for input of an execution. False when that does not run, or does not wait for this answer. */
  answerInput(executionId: string, requestId: string, value: string): boolean {
    return this.#running?.id === executionId && this.#running.answerInput(requestId, value);
  }

  /** Removes and ends all executions. The one that runs is marked: when its kernel ends, it ends as cancelled. */
  async clear(end: EndWithoutRun): Promise<void> {
    if ('cancelled' in end) this.#running?.cancelled(end.cancelled);
    for (const execution of this.#queued.splice(0)) await endWithoutRun(this.#deps, execution, end);
  }

  /** Takes back the mark of {@link clear}. */
  runsOn(cancelled: Cancellation): void {
    this.#running?.runsOn(cancelled);
  }

  async #readyKernel(): Promise<KernelConnection | { failure: unknown }> {
    try {
      return await this.#deps.kernels.ready(this.#sessionId);
    } catch (failure) {
      return { failure };
    }
  }

  async #run(execution: Execution, kernel: KernelConnection): Promise<void> {
    this.#running = new Run(this.#deps, execution, kernel);
    const ended = this.#running.run();
    const cellEnded = this.#deps.kernels.cellStarted(this.#sessionId);
    const { broke, executionCount } = await ended;
    this.#running = undefined;
    cellEnded(executionCount);
    if (broke && execution.stopOnError) await this.#abortQueued(execution.userId);
  }

  /** Ends the executions of a user that are queued behind one that failed. */
  async #abortQueued(userId: string): Promise<void> {
    const aborted = this.#queued.filter((one) => one.userId === userId);
    for (const one of aborted) this.#queued.splice(this.#queued.indexOf(one), 1);
    for (const one of aborted) await endWithoutRun(this.#deps, one, { status: 'aborted' });
  }
}
