import type { Execution } from '../../prisma/generated/client/client.js';
import type { EventBus } from '../engines/events/event-bus.js';
import { kernelBusy } from '../engines/kernels/kernel-busy.js';
import type { KernelConnection } from '../engines/kernels/kernel-connection.js';
import { DomainError } from '../errors.js';
import type { Cancellation } from '../workers/cancellation.js';
import { type EndWithoutRun, endWithoutRun, gatewayRestarted } from './end-without-run.js';
import { KernelOutputs } from './kernel-outputs.js';
import type { RunDeps } from './run.js';
import { type EarlierWork, SessionQueue } from './session-queue.js';
import type { KernelWidgets } from './widgets/kernel-widgets.js';

const maxQueued = 1000;

/**
 * Runs the executions of all sessions; those of one session run one after the other, in the order in which they came.
 */
export class Executor {
  /** The queues of the sessions that run cells now. */
  readonly #queues = new Map<string, SessionQueue>();
  /** For how many executions each session has room reserved. */
  readonly #reserved = new Map<string, number>();
  /** What {@link close} waits for. */
  readonly #working = new Set<Promise<void>>();
  #isClosed = false;

  readonly #deps: RunDeps;

  constructor({ bus, ...deps }: Omit<RunDeps, 'outputs'> & { bus: EventBus }) {
    const endWritten = async (sessionId: string, executionId: string) =>
      this.#queues.get(sessionId)?.endWritten(executionId);
    this.#deps = { ...deps, outputs: new KernelOutputs({ ...deps, bus, endWritten }) };
  }

  /** A session has this kernel from now on. */
  kernelConnected(sessionId: string, kernel: KernelConnection): void {
    this.#deps.outputs.connected(sessionId, kernel);
  }

  /** Resolves when the end of what a session's former kernel ran, and all that it sent, is written. Never rejects. */
  async kernelWritten(sessionId: string): Promise<void> {
    await this.#queues.get(sessionId)?.lastWritten();
    await this.#deps.outputs.closed(sessionId);
  }

  /** How many executions wait, and how many are in their kernels. */
  get load(): { queued: number; running: number } {
    const queues = [...this.#queues.values()];
    return {
      queued: queues.reduce((sum, { length }) => sum + length, 0),
      running: queues.filter(({ isRunning }) => isRunning).length,
    };
  }

  /** Goes on with what an earlier process left; called before anything of that session is queued. */
  resume(work: EarlierWork): void {
    const queue = new SessionQueue(this.#deps, work.sessionId);
    queue.resume(work);
    this.#queues.set(work.sessionId, queue);
    this.#track(this.#run(work.sessionId, queue));
  }

  /** @throws DomainError `quota_exceeded` when the queue of the session has no room for so many more */
  assertRoom(sessionId: string, count: number): void {
    const queued = this.#queues.get(sessionId)?.length ?? 0;
    if (queued + (this.#reserved.get(sessionId) ?? 0) + count <= maxQueued) return;
    throw new DomainError(
      'quota_exceeded',
      `A session queues at most ${maxQueued} cells; wait for some to end.`,
    );
  }

  /**
   * Reserves room in the queue of a session for what is queued later, when other requests may have come in between.
   * @returns gives the room back; to be called once, in `finally`, when the executions are queued
   * @throws DomainError `quota_exceeded` when there is no room for so many more
   */
  reserveRoom(sessionId: string, count: number): () => void {
    this.assertRoom(sessionId, count);
    this.#reserved.set(sessionId, (this.#reserved.get(sessionId) ?? 0) + count);
    return () => {
      const left = this.#reserved.get(sessionId)! - count;
      if (left > 0) this.#reserved.set(sessionId, left);
      else this.#reserved.delete(sessionId);
    };
  }

  /** Queues an execution whose row and first log entry are written. */
  submit(execution: Execution): void {
    const { sessionId } = execution;
    if (this.#isClosed) {
      this.#track(this.#leave(execution));
      return;
    }
    const queue = this.#queues.get(sessionId) ?? new SessionQueue(this.#deps, sessionId);
    queue.push(execution);
    if (this.#queues.has(sessionId)) return;
    this.#queues.set(sessionId, queue);
    this.#track(this.#run(sessionId, queue));
  }

  /**
   * Removes a queued execution from its queue; it ends as `cancelled`. False when it is not queued here.
   * @throws DomainError `runtime_unavailable` while it is not known whether an earlier process has sent it to the kernel
   */
  async cancel(execution: Execution, cancelled: Cancellation): Promise<boolean> {
    return (await this.#queues.get(execution.sessionId)?.cancel(execution, cancelled)) ?? false;
  }

  /** Answers a request for input of a run. False when the run does not wait for this answer. */
  answerInput({ id, sessionId }: Execution, requestId: string, value: string): boolean {
    return this.#queues.get(sessionId)?.answerInput(id, requestId, value) ?? false;
  }

  /**
   * The widgets of a session's kernel.
   * @throws DomainError `session_dead`, `kernel_busy` while it starts
   */
  async widgets(sessionId: string): Promise<KernelWidgets> {
    const kernel = await this.#deps.kernels.running(sessionId);
    const widgets = this.#deps.outputs.widgets(kernel);
    if (!widgets) throw kernelBusy();
    return widgets;
  }

  /** Ends all queued executions of a session. The one that runs ends by itself when its kernel restarts or ends. */
  async clear(sessionId: string, end: EndWithoutRun): Promise<void> {
    await this.#queues.get(sessionId)?.clear(end);
  }

  /** The kernel of a session has ended, for the reason that {@link clear} was given. */
  async kernelEnded(sessionId: string): Promise<void> {
    await this.#queues.get(sessionId)?.kernelEnded();
  }

  /** Takes back the mark of {@link clear}: the kernel was not ended. */
  withdrawCancellation(sessionId: string, cancelled: Cancellation): void {
    this.#queues.get(sessionId)?.withdrawCancellation(cancelled);
  }

  /** Cancels what is queued on a worker that is going to stop, and what runs there as soon as it ends. Never rejects. */
  async workerStops(workerId: string, cancelled: Cancellation): Promise<void> {
    const { prisma, log } = this.#deps;
    try {
      const where = { workerId, id: { in: [...this.#queues.keys()] } };
      const sessions = await prisma.session.findMany({ where, select: { id: true } });
      for (const { id } of sessions) await this.clear(id, { cancelled });
    } catch (err) {
      log.warn({ err, workerId }, 'what is queued on a worker that stops was not cancelled');
    }
  }

  /**
   * Accepts nothing more. On kernels that keep what they send while no gateway is connected, runs go on and what is queued
   * stays so, as it does where no kernel is started yet; the rest ends as `gateway_restarted`. Resolves when all that has arrived
   * is written: the caller closes the connections to the kernels meanwhile.
   */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const queue of this.#queues.values()) this.#track(queue.leave());
    while (this.#working.size > 0) await Promise.all(this.#working);
    await this.#deps.outputs.close();
  }

  /** Leaves an execution to the next process where that can run it, and ends it elsewhere. Never rejects. */
  async #leave(execution: Execution): Promise<void> {
    if (await this.#deps.kernels.outlivesGateway(execution.sessionId)) return;
    await endWithoutRun(this.#deps, execution, { failure: gatewayRestarted() });
  }

  /** Runs a queue until it is empty. Never rejects. */
  async #run(sessionId: string, queue: SessionQueue): Promise<void> {
    try {
      while (!queue.isDone) await queue.runNext();
    } catch (error) {
      this.#deps.log.error({ err: error, sessionId }, 'the queue of a session broke');
    } finally {
      // One that is left stays, so that nothing runs past what it left.
      if (!queue.isHandedOver) this.#queues.delete(sessionId);
    }
  }

  #track(work: Promise<void>): void {
    this.#working.add(work);
    work.finally(() => this.#working.delete(work));
  }
}
