import type { Logger } from 'pino';
import type { Session } from '../../prisma/generated/client/client.js';
import { rejectOnAbort } from '../engines/events/reject-on-abort.js';
import type { KernelConnection } from '../engines/kernels/kernel-connection.js';
import { KernelLostError } from '../engines/kernels/kernel-lost-error.js';
import type { KernelQueue } from './kernel-queue.js';
import type { KernelStarter } from './kernel-starter.js';
import type { LiveSessions } from './live-sessions.js';
import type { SessionRows } from './session-rows.js';

/** Restarts the kernels of sessions. */
export class KernelRestarter {
  readonly #restarts = new Map<string, Promise<void>>();

  readonly #deps: {
    queue: KernelQueue;
    live: LiveSessions;
    starter: KernelStarter;
    rows: SessionRows;
    log: Logger;
  };

  constructor(deps: {
    queue: KernelQueue;
    live: LiveSessions;
    starter: KernelStarter;
    rows: SessionRows;
    log: Logger;
  }) {
    this.#deps = deps;
  }

  /**
   * Restarts the kernel of a session, or starts a new one where there is none. Callers join a restart that waits or
   * runs: its kernel is as fresh.
   * @throws DomainError `runtime_unavailable`; `not_found` when the session is deleted meanwhile
   */
  restart(sessionId: string): Promise<void> {
    const joined = this.#restarts.get(sessionId);
    if (joined) return joined;
    const restart = this.#deps.queue
      .run(sessionId, (aborted) => this.#restartUntilAlive(sessionId, aborted))
      .finally(() => this.#restarts.delete(sessionId));
    this.#restarts.set(sessionId, restart);
    return restart;
  }

  /**
   * The same where the restart is needed still when the work before it has ended. Nobody joins it: a caller of
   * {@link restart} needs one in any case.
   * @throws as {@link restart}
   */
  restartIf(sessionId: string, isNeeded: () => boolean): Promise<void> {
    return this.#deps.queue.run(sessionId, async (aborted) => {
      if (isNeeded()) await this.#restartUntilAlive(sessionId, aborted);
    });
  }

  /**
   * A kernel may exit while its row is written: the call for the next kernel has joined this restart then. `LiveSessions`
   * bounds how many kernels of short life follow each other.
   */
  async #restartUntilAlive(sessionId: string, aborted: AbortSignal): Promise<void> {
    do {
      await this.#restartOrStart(sessionId, aborted);
    } while (this.#deps.live.kernel(sessionId)?.status === 'dead');
  }

  async #restartOrStart(sessionId: string, aborted: AbortSignal): Promise<void> {
    const { live, rows, starter } = this.#deps;
    const kernel = live.kernel(sessionId);
    if (kernel?.status === 'dead') return this.#replace(sessionId, aborted);
    if (kernel) {
      const isRestarted = await starter.inSlot(sessionId, aborted, (session) =>
        session.isKernelMoved ? this.#replaceMoved(session, aborted) : restartKernel(kernel, aborted),
      );
      await live.statusWritten(sessionId);
      if (isRestarted) return;
      await live.disconnect(sessionId);
    }
    await rows.setStatus(sessionId, 'restarting');
    await starter.start(sessionId, aborted);
  }

  /**
   * Ends a kernel and starts another one: a restart in place would be in the folder that it was moved away from. If it cannot
   * be ended now, the start tries that again.
   */
  async #replaceMoved(session: Session, aborted: AbortSignal): Promise<true> {
    const { live, starter, log } = this.#deps;
    const moved = await live.removeReplaced(session.id);
    try {
      if (moved) await rejectOnAbort(moved.kernel.shutdown(), aborted);
    } catch (err) {
      aborted.throwIfAborted();
      log.warn({ err, sessionId: session.id }, 'a kernel that is replaced was not ended');
    } finally {
      moved?.kernel.dispose();
      moved?.client.dispose();
    }
    await starter.startInSlot(session, aborted);
    return true;
  }

  /** Starts a kernel in place of one that has exited; the row says that already. */
  async #replace(sessionId: string, aborted: AbortSignal): Promise<void> {
    const { live } = this.#deps;
    await live.statusWritten(sessionId);
    try {
      await this.#deps.starter.start(sessionId, aborted);
    } catch (error) {
      await live.disconnect(sessionId);
      throw error;
    }
  }
}

/** False when the server does not have the kernel any more. */
async function restartKernel(kernel: KernelConnection, aborted: AbortSignal): Promise<boolean> {
  if (kernel.status === 'dead') return false;
  try {
    await rejectOnAbort(kernel.restart(), aborted);
    return true;
  } catch (error) {
    if (error instanceof KernelLostError) return false;
    throw error;
  }
}
