import type { Logger } from 'pino';
import type { PrismaClient, Session, SessionStatus } from '../../prisma/generated/client/client.js';
import { DomainError } from '../errors.js';
import type { EventBus } from '../events/event-bus.js';
import { waitFor } from '../events/wait-for.js';
import type { KernelProvider } from '../executions/executor.js';
import { connectJupyter, type JupyterClient, type KernelConnection } from '../kernels/jupyter-client.js';
import type { WorkerManager } from '../workers/worker-manager.js';

/** Holds the kernel connections of the live sessions, and keeps their rows in step with the kernels. */
export interface SessionManager extends KernelProvider {
  /** How long a new session is waited for, its worker included; in milliseconds. */
  readonly startTimeoutMs: number;
  /** Starts the session's kernel; the row is `idle` then. @throws DomainError `runtime_unavailable` (the row is dead) */
  open(session: Session, signal: AbortSignal): Promise<void>;
  /** Connects to the kernel that a session had before the gateway restarted; marks it dead when it is gone. */
  reopen(session: Session): Promise<void>;
  /** @throws DomainError `session_dead` */
  interrupt(session: Session): Promise<void>;
  /** Restarts the kernel, or starts a new one for a dead session. @throws DomainError `runtime_unavailable` */
  restart(session: Session): Promise<void>;
  /** Ends the kernel and the connection; idempotent. */
  close(sessionId: string): Promise<void>;
  /** Marks the sessions of a worker that is gone as dead. */
  workerGone(workerId: string): Promise<void>;
  /** Drops all connections and leaves the kernels running. */
  dispose(): void;
}

interface Live {
  workerId: string;
  client: JupyterClient;
  kernel: KernelConnection;
  /** The row's updates, one after the other. */
  written: Promise<unknown>;
  /** The status that is not written yet, and when it will be. */
  next?: { status: SessionStatus; reason: string | null; timer?: NodeJS.Timeout };
  /** The status that the row has. */
  last: SessionStatus;
}

const readyTimeoutMs = 120_000;
const stepTimeoutMs = 60_000;
/** `busy` and `idle` of a cell that takes less than this are not worth two writes. */
const settleMs = 50;
const reopenTimeoutMs = 15_000;

/** Makes the {@link SessionManager}. */
export function createSessionManager(deps: {
  prisma: PrismaClient;
  bus: EventBus;
  workers: WorkerManager;
  log: Logger;
  /** See {@link SessionManager.startTimeoutMs}; default 120 s. */
  startTimeoutMs?: number;
}): SessionManager {
  const { prisma, bus, workers } = deps;
  const live = new Map<string, Live>();

  async function setStatus(
    id: string,
    status: SessionStatus,
    statusReason: string | null = null,
  ): Promise<void> {
    await prisma.session.updateMany({
      where: { id, deletedAt: null },
      data: { status, statusReason, lastActivityAt: new Date() },
    });
    bus.publish('session', id, { sessionId: id });
  }

  function track(session: Session, client: JupyterClient, kernel: KernelConnection): void {
    const entry: Live = {
      workerId: session.workerId,
      client,
      kernel,
      written: Promise.resolve(),
      last: 'idle',
    };
    live.set(session.id, entry);
    kernel.onStatus((status, detail) => {
      if (live.get(session.id) !== entry) return;
      if (status === 'dead') drop(session.id);
      clearTimeout(entry.next?.timer);
      entry.next = { status, reason: detail?.reason ?? null };
      const settled = [status, entry.last].every((one) => one === 'idle' || one === 'busy');
      if (settled) entry.next.timer = setTimeout(() => flush(session.id, entry), settleMs);
      else flush(session.id, entry);
    });
  }

  /** Writes the status that waits, if it is another than the row has. */
  function flush(sessionId: string, entry: Live): void {
    const { next } = entry;
    if (!next) return;
    clearTimeout(next.timer);
    entry.next = undefined;
    if (next.status === entry.last) return;
    entry.last = next.status;
    entry.written = entry.written
      .then(() => setStatus(sessionId, next.status, next.reason))
      .catch((error) => deps.log.error({ err: error, sessionId }, 'a session status was not written'));
  }

  function drop(sessionId: string): void {
    const entry = live.get(sessionId);
    live.delete(sessionId);
    clearTimeout(entry?.next?.timer);
    entry?.kernel.dispose();
    entry?.client.dispose();
  }

  async function connect(
    session: Session,
    attempt: (client: JupyterClient) => Promise<KernelConnection>,
  ): Promise<void> {
    const endpoint = workers.endpoint(session.workerId);
    if (!endpoint) throw new DomainError('worker_not_live', 'The worker of this session has stopped.');
    const client = connectJupyter(endpoint);
    try {
      const kernel = await attempt(client);
      track(session, client, kernel);
      await prisma.session.update({ where: { id: session.id }, data: { kernelId: kernel.kernelId } });
      await setStatus(session.id, 'idle');
    } catch (error) {
      drop(session.id);
      client.dispose();
      await setStatus(session.id, 'dead', 'start_failed');
      throw error;
    }
  }

  const start = (session: Session, signal: AbortSignal) =>
    connect(session, (client) =>
      client.startKernel({
        kernelName: session.kernelName,
        path: session.path ?? '',
        clientId: session.clientId,
        signal,
      }),
    );

  return {
    startTimeoutMs: deps.startTimeoutMs ?? 120_000,
    open: start,

    async reopen(session) {
      const kernelId = session.kernelId;
      if (!kernelId) return setStatus(session.id, 'dead', 'lost');
      const signal = AbortSignal.timeout(reopenTimeoutMs);
      try {
        await connect(session, (client) =>
          client.attachKernel({ kernelId, clientId: session.clientId, signal }),
        );
        await live.get(session.id)?.kernel.interrupt();
      } catch (error) {
        deps.log.warn({ err: error, sessionId: session.id }, 'a session did not survive the restart');
      }
    },

    async interrupt(session) {
      const entry = live.get(session.id);
      if (!entry)
        throw new DomainError('session_dead', 'The kernel of this session is dead; restart the session.');
      if (entry.kernel.status === 'busy') await entry.kernel.interrupt();
    },

    async restart(session) {
      const entry = live.get(session.id);
      if (entry) {
        await entry.kernel.restart();
        flush(session.id, entry);
        await entry.written;
        return;
      }
      await setStatus(session.id, 'restarting');
      const limit = AbortSignal.timeout(stepTimeoutMs);
      await start(session, limit).catch((error) => {
        if (!limit.aborted) throw error;
        throw new DomainError('runtime_unavailable', 'The kernel did not start in time; try again.');
      });
    },

    async close(sessionId) {
      const entry = live.get(sessionId);
      if (!entry) return;
      live.delete(sessionId);
      try {
        await entry.kernel.shutdown();
      } finally {
        entry.kernel.dispose();
        entry.client.dispose();
      }
    },

    async workerGone(workerId) {
      for (const [sessionId, entry] of live) if (entry.workerId === workerId) drop(sessionId);
      const gone = await prisma.session.findMany({
        where: { workerId, deletedAt: null, status: { not: 'dead' } },
        select: { id: true },
      });
      for (const { id } of gone) await setStatus(id, 'dead', 'worker_gone');
    },

    dispose() {
      for (const sessionId of live.keys()) drop(sessionId);
    },

    async ready(sessionId) {
      const kernel = await waitFor(
        bus,
        'session',
        sessionId,
        async () => {
          const current = live.get(sessionId)?.kernel;
          if (!current)
            throw new DomainError('session_dead', 'The kernel of this session is dead; restart the session.');
          return current.status === 'idle' || current.status === 'busy' ? current : undefined;
        },
        AbortSignal.timeout(readyTimeoutMs),
      );
      if (!kernel) throw new DomainError('runtime_unavailable', 'The kernel did not become idle in time.');
      return kernel;
    },

    onBusy(sessionId, busy, executionCount) {
      const entry = live.get(sessionId);
      if (entry) workers.onBusy(entry.workerId, busy);
      if (executionCount == null) return;
      prisma.session
        .updateMany({ where: { id: sessionId }, data: { executionCount, lastActivityAt: new Date() } })
        .then(() => bus.publish('session', sessionId, { sessionId }))
        .catch((error) => deps.log.error({ err: error, sessionId }, 'a session counter was not written'));
    },

    async restartStuck(sessionId) {
      await live.get(sessionId)?.kernel.restart();
    },
  };
}
