import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { isStillOwner, type OwnerTarget } from '../engines/database/owner-target.js';
import { DoublingWait } from '../engines/events/doubling-wait.js';
import { rejectOnAbort } from '../engines/events/reject-on-abort.js';
import { sharedAbort } from '../engines/events/shared-abort.js';
import type { WorkerManager } from '../workers/worker-manager.js';
import type { KernelQueue } from './kernel-queue.js';
import { sessionClient } from './session-client.js';
import type { SessionRows } from './session-rows.js';

/** A kernel that its session has given up. */
export interface LostKernel {
  sessionId: string;
  workerId: string;
  kernelId: string;
}

/** What {@link LostKernels} work with. */
export interface LostKernelsDeps extends OwnerTarget {
  workers: Pick<WorkerManager, 'endpoint' | 'silence'>;
  queue: KernelQueue;
  rows: SessionRows;
  log: Logger;
  /** Whether this process is connected to a kernel of a session. */
  isLive(sessionId: string): boolean;
  /** See `SessionManager.onReplacing`. */
  replacing(sessionId: string): Promise<void>;
}

const firstPauseMs = 500;
const maxPauseMs = 8_000;

/**
 * Ends the kernels of sessions that were given up, because their server did not answer, once it answers again. What they ran was
 * reported as failed, so it must not go on.
 */
export class LostKernels {
  readonly #closing = sharedAbort();

  readonly #deps: LostKernelsDeps;

  constructor(deps: LostKernelsDeps) {
    this.#deps = deps;
  }

  /** Ends a kernel in the background, while its worker lives. Never throws. */
  end(lost: LostKernel): void {
    void this.#end(lost);
  }

  /** Ends no more kernels: the next process finds them. */
  close(): void {
    this.#closing.abort();
  }

  /** Never rejects. */
  async #end(lost: LostKernel): Promise<void> {
    const { signal } = this.#closing;
    const { workers, queue, log } = this.#deps;
    const pauses = new DoublingWait(firstPauseMs, maxPauseMs);
    for (;;) {
      // Also before the first try: the row of the session is being written.
      await this.#pause(lost.workerId, pauses.next());
      if (signal.aborted || !workers.endpoint(lost.workerId)) return;
      try {
        return await queue.run(lost.sessionId, (aborted) => this.#remove(lost, aborted));
      } catch (err) {
        log.debug(
          { err, sessionId: lost.sessionId },
          'a kernel that was given up was not ended; it is tried again',
        );
      }
    }
  }

  /** Waits, and longer while the server of the worker does not answer. */
  async #pause(workerId: string, ms: number): Promise<void> {
    const { signal } = this.#closing;
    const wait = (waitMs: number) => sleep(waitMs, undefined, { signal, ref: false }).catch(() => {});
    await wait(ms);
    while (!signal.aborted && this.#deps.workers.silence.has(workerId)) await wait(firstPauseMs);
  }

  /** Does nothing where the session has another kernel by now, or another gateway has taken over. */
  async #remove({ sessionId, workerId, kernelId }: LostKernel, aborted: AbortSignal): Promise<void> {
    const { prisma, workers, rows, log, isLive, replacing } = this.#deps;
    const row = await prisma.session.findUnique({ where: { id: sessionId }, select: { kernelId: true } });
    const endpoint = workers.endpoint(workerId);
    if (row?.kernelId !== kernelId || !endpoint || isLive(sessionId)) return;
    if (!(await isStillOwner(this.#deps))) return;
    const client = sessionClient(endpoint);
    try {
      await rejectOnAbort(client.removeKernel(kernelId), aborted);
    } finally {
      client.dispose();
    }
    log.info({ sessionId }, 'a kernel that was given up is ended');
    await rejectOnAbort(replacing(sessionId), aborted);
    await rows.forgetKernel(sessionId);
  }
}
