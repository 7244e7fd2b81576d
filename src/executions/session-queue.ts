import type { Execution } from '../../prisma/generated/client/client.js';
import type { KernelConnection } from '../engines/kernels/kernel-connection.js';
import { type EndWithoutRun, endWithoutRun } from './end-without-run.js';
import { type RunDeps, runExecution } from './run-execution.js';

/** The queued executions of one session, which run one after the other in their order. */
export class SessionQueue {
  readonly #queued: Execution[] = [];

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
  async cancel(execution: Execution): Promise<boolean> {
    const at = this.#queued.findIndex(({ id }) => id === execution.id);
    if (at < 0) return false;
    this.#queued.splice(at, 1);
    await endWithoutRun(this.#deps, execution, { status: 'cancelled' });
    return true;
  }

  /** Removes and ends all executions, apart from the one that runs. */
  async clear(end: EndWithoutRun): Promise<void> {
    for (const execution of this.#queued.splice(0)) await endWithoutRun(this.#deps, execution, end);
  }

  async #readyKernel(): Promise<KernelConnection | { failure: unknown }> {
    try {
      return await this.#deps.kernels.ready(this.#sessionId);
    } catch (failure) {
      return { failure };
    }
  }

  async #run(execution: Execution, kernel: KernelConnection): Promise<void> {
    const running = runExecution(this.#deps, execution, kernel);
    const cellEnded = this.#deps.kernels.cellStarted(this.#sessionId);
    const { broke, executionCount } = await running;
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
