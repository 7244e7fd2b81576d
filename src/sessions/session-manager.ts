import type { Logger } from 'pino';
import type { Session } from '../../prisma/generated/client/client.js';
import { isStillOwner, type OwnerTarget } from '../engines/database/owner-target.js';
import type { EventBus } from '../engines/events/event-bus.js';
import { WatchedElsewhere } from '../engines/events/watched-elsewhere.js';
import type { JupyterEndpoint } from '../engines/kernels/jupyter-endpoint.js';
import type { KernelConnection } from '../engines/kernels/kernel-connection.js';
import { DomainError, notFound } from '../errors.js';
import { notAnswering } from '../workers/not-answering.js';
import type { WorkerManager } from '../workers/worker-manager.js';
import { liveStatuses } from '../workers/worker-status.js';
import { KernelCuller } from './kernel-culler.js';
import { KernelQueue } from './kernel-queue.js';
import { KernelRestarter } from './kernel-restarter.js';
import { KernelSlots } from './kernel-slots.js';
import { KernelStarter } from './kernel-starter.js';
import { LiveSessions } from './live-sessions.js';
import { LostKernels } from './lost-kernels.js';
import { sessionClient } from './session-client.js';
import { SessionKernels } from './session-kernels.js';
import { SessionReopener } from './session-reopener.js';
import { SessionRows } from './session-rows.js';
import { WarmKernels } from './warm-kernels.js';

/** What a {@link SessionManager} works with. */
export interface SessionManagerDeps extends OwnerTarget {
  bus: EventBus;
  workers: WorkerManager;
  log: Logger;
  /** See {@link SessionManager.startTimeoutMs}; default 120 s. */
  startTimeoutMs?: number;
  /** Milliseconds between two checks for idle kernels; default 10 s. */
  expiryCheckMs?: number;
}

/** Starts, watches and ends the kernels of sessions, and keeps the sessions' rows in step with them. */
export class SessionManager {
  /** How long to wait for a new session, its worker included; in milliseconds. */
  readonly startTimeoutMs: number;
  /** The kernels of the sessions, for the code that runs cells on them. */
  readonly kernels: SessionKernels;
  /** How many kernels start at the same time. */
  readonly slots = new KernelSlots();
  /** Started kernels that no session has. */
  readonly warmKernels: WarmKernels;
  readonly #rows: SessionRows;
  readonly #live: LiveSessions;
  readonly #queue = new KernelQueue();
  readonly #starter: KernelStarter;
  readonly #restarter: KernelRestarter;
  readonly #reopener: SessionReopener;
  readonly #lost: LostKernels;
  readonly #culler: KernelCuller;
  readonly #elsewhere: WatchedElsewhere<'viewers'>;
  #onConnected: (sessionId: string, kernel: KernelConnection) => void = () => {};
  #onReplacing: (sessionId: string) => Promise<void> = async () => {};

  readonly #deps: SessionManagerDeps;

  constructor(deps: SessionManagerDeps) {
    this.#deps = deps;

    this.startTimeoutMs = deps.startTimeoutMs ?? 120_000;
    const rows = new SessionRows(deps);
    const diedOfMemory = (workerId: string) => deps.workers.diedOfMemory(workerId);
    const startNext = (sessionId: string) => this.#startNext(sessionId);
    const silent = (workerId: string) => deps.workers.silence.report(workerId);
    const live = new LiveSessions({
      ...{ rows, log: deps.log, diedOfMemory, silent, startNext },
      endLost: (kernel) => this.#lost.end(kernel),
      connected: (sessionId, kernel) => this.#onConnected(sessionId, kernel),
    });
    const { slots } = this;
    const warm = new WarmKernels({ ...deps, slots });
    const replacing = (sessionId: string) => this.#onReplacing(sessionId);
    const starter = new KernelStarter({ ...deps, rows, live, slots, warm, replacing });
    const restarter = new KernelRestarter({ ...deps, queue: this.#queue, rows, live, starter });
    const isLive = (sessionId: string) => live.kernel(sessionId) !== undefined;
    this.#lost = new LostKernels({ ...deps, queue: this.#queue, rows, isLive, replacing });
    this.warmKernels = warm;
    this.#rows = rows;
    this.#live = live;
    this.#starter = starter;
    this.#restarter = restarter;
    this.#reopener = new SessionReopener({ ...deps, queue: this.#queue, rows, live, starter });
    this.#culler = new KernelCuller({
      ...{ ...deps, rows, live },
      limits: deps.workers.limits,
      cull: (sessionId, idleSince) => this.#cull(sessionId, idleSince),
      checkMs: deps.expiryCheckMs,
    });
    this.#elsewhere = new WatchedElsewhere({
      bus: deps.bus,
      topic: 'viewers',
      keyOf: ({ sessionId }) => sessionId,
      count: ({ sessionId, workerId }) => this.#countViewer(sessionId, workerId ?? undefined),
    });
    this.kernels = new SessionKernels({ ...deps, rows, live, restarter, reopener: this.#reopener });
  }

  /** Sets the one listener that gets the kernel of each session as soon as this process is connected to it. */
  onConnected(listener: (sessionId: string, kernel: KernelConnection) => void): void {
    this.#onConnected = listener;
  }

  /**
   * Sets the one listener that a session's next kernel waits for before it is started: until all that the former one sent is
   * written. Must not throw.
   */
  onReplacing(listener: (sessionId: string) => Promise<void>): void {
    this.#onReplacing = listener;
  }

  /**
   * Starts the kernel of a new session; the row is `idle` then.
   * @throws DomainError `runtime_unavailable`, `worker_not_live`, `rate_limited`, `overloaded`; the row is `dead` then
   */
  async open({ id, workerId }: Session): Promise<void> {
    // Somebody waits for it.
    const left = this.#countViewer(id, workerId);
    try {
      await this.#queue.run(id, async (aborted) => {
        if (await this.#starter.startWarm(id, aborted)) return;
        await this.#starter.start(id, aborted);
      });
    } finally {
      left();
    }
  }

  /** Reopens the sessions of a worker that an earlier process started. */
  workerAdopted(workerId: string, server: { endpoint: JupyterEndpoint; isOwn: boolean }): Promise<void> {
    return this.warmKernels.whileReopening(workerId, () => this.#reopener.reopenAll(workerId, server));
  }

  /**
   * Counts somebody who watches a session, at whichever gateway: neither its kernel nor its worker is idle meanwhile.
   * @param workerId its worker; default that of the session, if its kernel runs
   * @returns what to call, once, when they watch no more
   */
  viewerCame(sessionId: string, workerId?: string): () => void {
    const leftHere = this.#countViewer(sessionId, workerId);
    const leftElsewhere = this.#elsewhere.viewerCame({ sessionId, workerId: workerId ?? null });
    return () => {
      leftHere();
      leftElsewhere();
    };
  }

  /**
   * Called once when the gateway starts, after the workers were adopted: ends the sessions whose workers ended without
   * them, because the process was killed then. From then on idle kernels are ended, and warm ones started.
   */
  async endOrphans(): Promise<void> {
    this.#culler.begin();
    this.warmKernels.begin();
    const orphans = await this.#deps.prisma.session.findMany({
      where: {
        deletedAt: null,
        status: { not: 'dead' },
        worker: { status: { notIn: [...liveStatuses] } },
      },
      select: { workerId: true },
      distinct: ['workerId'],
    });
    for (const { workerId } of orphans) await this.workerEnded(workerId);
  }

  /**
   * Interrupts the running cell; does nothing while the kernel is idle or starts.
   * @throws DomainError `session_dead`; `runtime_unavailable` while it is not known what the kernel runs
   */
  async interrupt({ id }: Session): Promise<void> {
    const kernel = this.#live.kernel(id);
    if (!kernel && this.#reopener.isReopening(id)) throw notAnswering();
    if (!kernel) await this.kernels.assertStarting(id);
    else if (kernel.status === 'busy') await kernel.interrupt();
  }

  /** See {@link KernelRestarter.restart}. */
  async restart({ id, workerId }: Pick<Session, 'id' | 'workerId'>): Promise<void> {
    const left = this.#countViewer(id, workerId);
    try {
      await this.#restarter.restart(id);
    } finally {
      left();
    }
  }

  /** Ends the kernel of a deleted session, also one that starts. @throws DomainError `runtime_unavailable` */
  async close(session: Session): Promise<void> {
    this.#queue.abort(session.id, notFound('The session'));
    await this.#queue.run(session.id, () => this.#endKernel(session));
  }

  /** Marks the sessions of a worker that has ended as dead. */
  async workerEnded(workerId: string): Promise<void> {
    this.warmKernels.workerEnded(workerId);
    const rows = await this.#deps.prisma.session.findMany({
      where: { workerId, deletedAt: null, status: { not: 'dead' } },
      select: { id: true },
    });
    const sessionIds = new Set([...this.#live.ids(workerId), ...rows.map(({ id }) => id)]);
    await Promise.all([...sessionIds].map((sessionId) => this.#endWithWorker(sessionId)));
  }

  /** Closes all connections and leaves the kernels running. */
  async dispose(): Promise<void> {
    this.kernels.close();
    this.#elsewhere.close();
    this.#reopener.close();
    this.#lost.close();
    await this.warmKernels.close();
    await this.#culler.close();
    await this.#disconnectAll();
    await this.#queue.abortAll(new DomainError('gateway_restarted', 'The gateway stops; try again.'));
    // Also the sessions that were being opened until now.
    await this.#disconnectAll();
  }

  #countViewer(sessionId: string, workerId = this.#live.workerId(sessionId)): () => void {
    const kernelLeft = this.#culler.viewerCame(sessionId);
    const workerLeft = workerId === undefined ? undefined : this.#deps.workers.viewerCame(workerId);
    return () => {
      kernelLeft();
      workerLeft?.();
    };
  }

  #startNext(sessionId: string): void {
    this.#restarter
      .restart(sessionId)
      .catch((err) => this.#deps.log.warn({ err, sessionId }, 'no kernel was started for one that exited'));
  }

  async #endKernel({ id, workerId }: Session): Promise<void> {
    const { prisma, workers } = this.#deps;
    const removed = this.#live.remove(id);
    const endpoint = workers.endpoint(workerId);
    const client = removed?.client ?? (endpoint && sessionClient(endpoint));
    try {
      if (removed) await removed.kernel.shutdown();
      const row = await prisma.session.findUnique({ where: { id }, select: { kernelId: true } });
      if (!removed && row?.kernelId) await client?.removeKernel(row.kernelId);
      // Without a server that answers, the kernel is removed once its worker is adopted.
      if (client) await this.#rows.forgetKernel(id);
    } finally {
      removed?.kernel.dispose();
      client?.dispose();
    }
  }

  /** Ends a kernel that is idle, unless it was used since. A restart of the session starts another one. */
  #cull(sessionId: string, idleSince: Date): Promise<void> {
    return this.#queue.run(sessionId, async () => {
      const session = await this.#deps.prisma.session.findUnique({ where: { id: sessionId } });
      const isUsed = session?.status !== 'idle' || (session.lastActivityAt ?? idleSince) > idleSince;
      if (isUsed || this.#live.kernel(sessionId)?.status !== 'idle') return;
      // The new owner knows who watches the session now.
      if (!(await isStillOwner(this.#deps))) return;
      this.#deps.log.info({ sessionId }, 'an idle kernel is ended');
      await this.#endKernel(session);
      await this.#rows.setStatus(sessionId, 'dead', 'idle_timeout');
    });
  }

  async #endWithWorker(sessionId: string): Promise<void> {
    const reason = new DomainError('worker_not_live', 'The worker of this session has stopped.');
    this.#queue.abort(sessionId, reason);
    await this.#queue.run(sessionId, async () => {
      await this.#live.disconnect(sessionId);
      await this.#rows.setStatus(sessionId, 'dead', 'worker_gone');
    });
  }

  async #disconnectAll(): Promise<void> {
    await Promise.all(this.#live.ids().map((sessionId) => this.#live.disconnect(sessionId, 'released')));
  }
}
