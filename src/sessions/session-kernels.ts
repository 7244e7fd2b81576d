import type { Logger } from 'pino';
import type { PrismaClient } from '../../prisma/generated/client/client.js';
import { untilAnswered } from '../engines/database/until-answered.js';
import type { EventBus } from '../engines/events/event-bus.js';
import { rejectOnAbort } from '../engines/events/reject-on-abort.js';
import { sharedAbort } from '../engines/events/shared-abort.js';
import { waitFor } from '../engines/events/wait-for.js';
import { withTimeLimit } from '../engines/events/with-time-limit.js';
import { kernelBusy } from '../engines/kernels/kernel-busy.js';
import type { KernelConnection } from '../engines/kernels/kernel-connection.js';
import type { KernelQuestion } from '../engines/kernels/kernel-questions.js';
import { DomainError } from '../errors.js';
import type { WorkerManager } from '../workers/worker-manager.js';
import { isLive } from '../workers/worker-status.js';
import { awaitsKernel } from './awaits-kernel.js';
import type { KernelRestarter } from './kernel-restarter.js';
import type { LiveSessions } from './live-sessions.js';
import type { SessionReopener } from './session-reopener.js';
import type { SessionRows } from './session-rows.js';

const readyTimeoutMs = 120_000;

/** The kernels of sessions, for the code that runs cells on them. */
export class SessionKernels {
  readonly #closing = sharedAbort();

  readonly #deps: {
    prisma: PrismaClient;
    bus: EventBus;
    workers: WorkerManager;
    live: LiveSessions;
    rows: SessionRows;
    restarter: KernelRestarter;
    reopener: SessionReopener;
    log: Logger;
  };

  constructor(deps: {
    prisma: PrismaClient;
    bus: EventBus;
    workers: WorkerManager;
    live: LiveSessions;
    rows: SessionRows;
    restarter: KernelRestarter;
    reopener: SessionReopener;
    log: Logger;
  }) {
    this.#deps = deps;
  }

  /**
   * Waits, for 2 minutes at most, until the kernel of a session accepts a cell.
   * @throws DomainError `session_dead`, `runtime_unavailable`
   */
  async ready(sessionId: string): Promise<KernelConnection> {
    const check = async () => {
      const kernel = this.#deps.live.kernel(sessionId);
      if (!kernel) await this.assertStarting(sessionId);
      return kernel?.status === 'idle' || kernel?.status === 'busy' ? kernel : undefined;
    };
    const limit = withTimeLimit(this.#closing.signal, readyTimeoutMs);
    while (!limit.aborted) {
      const kernel = await waitFor(this.#deps.bus, 'session', sessionId, check, limit);
      if (kernel && (kernel.relay?.isCaughtUp ?? true)) return kernel;
      // What it sent before may say that it restarts, or has ended.
      await rejectOnAbort(kernel?.relay?.caughtUp ?? Promise.resolve(), limit).catch(() => {});
    }
    throw new DomainError('runtime_unavailable', 'The kernel did not become idle in time.');
  }

  /**
   * Waits until the kernel of a session that an earlier process of the gateway connected is connected again, or given up with
   * its worker.
   * @throws DomainError `worker_lost`, `kernel_died`; `gateway_restarted` when this process stops
   */
  async reopened(sessionId: string): Promise<KernelConnection> {
    const { live, bus } = this.#deps;
    const check = async () => {
      const kernel = live.kernel(sessionId);
      if (!kernel) await this.#assertReopening(sessionId);
      return kernel;
    };
    const kernel = await waitFor(bus, 'session', sessionId, check, this.#closing.signal);
    if (!kernel)
      throw new DomainError(
        'gateway_restarted',
        'The gateway is stopping; it continues after its next start.',
      );
    return kernel;
  }

  /**
   * Whether the next process of the gateway can go on with what is queued: the kernel of the session keeps what it sends while no
   * gateway is connected, or the first one is not started yet. True as well where the database does not say that.
   */
  async outlivesGateway(sessionId: string): Promise<boolean> {
    const kernel = this.#deps.live.kernel(sessionId);
    if (kernel) return kernel.isExact;
    const select = { status: true, kernelId: true };
    const read = this.#deps.prisma.session.findUnique({ where: { id: sessionId }, select });
    return read.then(
      (row) => row !== null && awaitsKernel(row),
      () => true,
    );
  }

  /** @throws DomainError `session_dead` when a session without a kernel is not going to get one */
  async assertStarting(sessionId: string): Promise<void> {
    const { prisma, live, reopener } = this.#deps;
    const row = await prisma.session.findUnique({ where: { id: sessionId }, select: { status: true } });
    if (row?.status === 'starting' || row?.status === 'restarting' || live.kernel(sessionId)) return;
    if (reopener.isReopening(sessionId)) return;
    throw new DomainError('session_dead', 'The kernel of this session is dead; restart the session.');
  }

  /**
   * Counts a cell that a session started: its worker is `busy` while one runs.
   * @returns what to call, once, when the cell has ended, with the kernel's counter if it is known
   */
  cellStarted(sessionId: string): (executionCount: number | null) => void {
    const { workers, live, rows, log } = this.#deps;
    const workerId = live.workerId(sessionId);
    const cellEnded = workerId === undefined ? undefined : workers.cellStarted(workerId);
    return (executionCount) => {
      cellEnded?.();
      if (executionCount === null) return;
      rows
        .setExecutionCount(sessionId, executionCount)
        .catch((err) => log.error({ err, sessionId }, 'the counter of a session was not written'));
    };
  }

  /**
   * Asks the kernel of a session something that is no cell; see `KernelQuestions.ask`.
   * @throws DomainError `session_dead`, `kernel_busy`, `overloaded`, `runtime_unavailable`
   */
  async ask(sessionId: string, question: KernelQuestion): Promise<Record<string, unknown>> {
    const kernel = await this.running(sessionId);
    return kernel.questions.ask(question);
  }

  /**
   * The kernel of a session, idle or busy.
   * @throws DomainError `session_dead`, `kernel_busy` while it starts
   */
  async running(sessionId: string): Promise<KernelConnection> {
    const kernel = this.#deps.live.kernel(sessionId);
    if (!kernel) await this.assertStarting(sessionId);
    if (kernel?.status !== 'idle' && kernel?.status !== 'busy') throw kernelBusy();
    return kernel;
  }

  /** The worker of a session whose kernel runs. */
  workerId(sessionId: string): string | undefined {
    return this.#deps.live.workerId(sessionId);
  }

  /** See `WorkerManager.diedOfMemory`. */
  async diedOfMemory(workerId: string | undefined): Promise<boolean> {
    return workerId !== undefined && this.#deps.workers.diedOfMemory(workerId);
  }

  /**
   * Restarts a kernel that ignores an interrupt; does nothing when the session has another kernel by then, or none.
   * @param isNeeded whether it ignores it still: other work on the kernel may come before
   */
  async restartUnresponsive(
    sessionId: string,
    kernel: KernelConnection,
    isNeeded: () => boolean,
  ): Promise<void> {
    const { live, restarter } = this.#deps;
    await restarter.restartIf(sessionId, () => live.kernel(sessionId) === kernel && isNeeded());
  }

  /** Ends the waits for kernels. */
  close(): void {
    this.#closing.abort();
  }

  async #assertReopening(sessionId: string): Promise<void> {
    const read = () =>
      this.#deps.prisma.session.findUnique({
        where: { id: sessionId },
        select: { status: true, deletedAt: true, worker: { select: { status: true, errorDetail: true } } },
      });
    const { signal } = this.#closing;
    // An outage of the database does not end what runs.
    const row = await untilAnswered(read, { signal, maxMs: Number.POSITIVE_INFINITY });
    if (row && row.status !== 'dead' && !row.deletedAt) return;
    if (row && !isLive(row.worker.status)) {
      const detail =
        row.worker.errorDetail ?? 'The worker has stopped; start a new one and run the cell again.';
      throw new DomainError('worker_lost', detail);
    }
    throw new DomainError(
      'kernel_died',
      'The kernel ended while no gateway was connected to it; restart the session and run the cell again.',
    );
  }
}
