import type { Logger } from 'pino';
import type { PrismaClient, Session } from '../../prisma/generated/client/client.js';
import type { EventBus } from '../engines/events/event-bus.js';
import { rejectOnAbort } from '../engines/events/reject-on-abort.js';
import { waitFor } from '../engines/events/wait-for.js';
import { JupyterClient } from '../engines/kernels/jupyter-client.js';
import type { JupyterEndpoint } from '../engines/kernels/jupyter-endpoint.js';
import type { KernelConnection } from '../engines/kernels/kernel-connection.js';
import { KernelLostError } from '../engines/kernels/kernel-lost-error.js';
import { DomainError, notFound } from '../errors.js';
import type { KernelProvider } from '../executions/executor.js';
import type { WorkerManager } from '../workers/worker-manager.js';
import { createKernelStarter } from './kernel-starter.js';
import { createLiveSessions } from './live-sessions.js';
import { createSessionTurns } from './session-turns.js';

/** Starts, watches and ends the kernels of sessions, and keeps the sessions' rows in step with them. */
export interface SessionManager extends KernelProvider {
  /** How long a new session is waited for, its worker included; in milliseconds. */
  readonly startTimeoutMs: number;
  /** Starts the session's kernel; the row is `idle` then. @throws DomainError `runtime_unavailable` (the row is dead) */
  open(session: Session, signal: AbortSignal): Promise<void>;
  /** Connects to the kernel that a session had before the gateway restarted; marks it dead when it is gone. */
  reopen(session: Session): Promise<void>;
  /** Does nothing while the kernel starts. @throws DomainError `session_dead` */
  interrupt(session: Session): Promise<void>;
  /**
   * Restarts the kernel, or starts a new one where there is none any more.
   * @throws DomainError `runtime_unavailable`; `not_found` when the session is deleted meanwhile
   */
  restart(session: Session): Promise<void>;
  /** Ends the kernel of a deleted session, also one that starts. @throws DomainError `runtime_unavailable` */
  close(session: Session): Promise<void>;
  /** Marks the sessions of a worker that is gone as dead; ends their kernels on a `server` that runs on. */
  workerGone(workerId: string, server?: JupyterEndpoint): Promise<void>;
  /** Drops all connections and leaves the kernels running; what runs ends as `gateway_restarted`. */
  dispose(): Promise<void>;
}

const readyTimeoutMs = 120_000;
const stepTimeoutMs = 60_000;
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
  const { prisma, bus, workers, log } = deps;
  const live = createLiveSessions(deps);
  const turns = createSessionTurns();
  const starter = createKernelStarter({ prisma, workers, live, log });
  const restarts = new Map<string, Promise<void>>();
  const stopped = new AbortController();

  /** False when the server has the kernel no more. */
  async function restarted(kernel: KernelConnection, cut: AbortSignal): Promise<boolean> {
    try {
      await rejectOnAbort(kernel.restart(), cut);
      return true;
    } catch (error) {
      if (error instanceof KernelLostError) return false;
      throw error;
    }
  }

  /** One that waits or goes on is joined: the kernel that it gives is as fresh. */
  function restart(sessionId: string): Promise<void> {
    const joined = restarts.get(sessionId);
    if (joined) return joined;
    const own = restartInTurn(sessionId).finally(() => restarts.delete(sessionId));
    restarts.set(sessionId, own);
    return own;
  }

  function restartInTurn(sessionId: string): Promise<void> {
    return turns.run(sessionId, async (cut) => {
      const kernel = live.kernel(sessionId);
      if (kernel) {
        const alive = await restarted(kernel, cut);
        await live.settled(sessionId);
        if (alive) return;
        await live.drop(sessionId);
      }
      await live.setStatus(sessionId, 'restarting');
      const limit = AbortSignal.timeout(stepTimeoutMs);
      await starter.start(sessionId, AbortSignal.any([cut, limit])).catch((error) => {
        if (!limit.aborted || cut.aborted) throw error;
        throw new DomainError('runtime_unavailable', 'The kernel did not start in time; try again.');
      });
    });
  }

  /** @throws DomainError `session_dead` unless the session, which had no kernel, gets one */
  async function assertComing(sessionId: string): Promise<void> {
    const row = await prisma.session.findUnique({ where: { id: sessionId }, select: { status: true } });
    if (row?.status === 'starting' || row?.status === 'restarting' || live.kernel(sessionId)) return;
    throw new DomainError('session_dead', 'The kernel of this session is dead; restart the session.');
  }

  async function dropAll(): Promise<void> {
    await Promise.all(live.ids().map((sessionId) => live.drop(sessionId, 'released')));
  }

  return {
    startTimeoutMs: deps.startTimeoutMs ?? 120_000,

    open: ({ id }, signal) => turns.run(id, (cut) => starter.start(id, AbortSignal.any([signal, cut]))),

    reopen: (session) =>
      turns.run(session.id, async (cut) => {
        const { id, kernelId } = session;
        if (!kernelId) return live.setStatus(id, 'dead', 'lost');
        const signal = AbortSignal.any([cut, AbortSignal.timeout(reopenTimeoutMs)]);
        try {
          await starter.attach(session, kernelId, signal);
          await live.kernel(id)?.interrupt();
        } catch (error) {
          log.warn({ err: error, sessionId: id }, 'a session did not survive the restart');
        }
      }),

    async interrupt({ id }) {
      const kernel = live.kernel(id);
      if (!kernel) await assertComing(id);
      else if (kernel.status === 'busy') await kernel.interrupt();
    },

    restart: ({ id }) => restart(id),

    async close({ id, workerId }) {
      turns.cut(id, notFound('The session'));
      await turns.run(id, async () => {
        const released = live.release(id);
        const endpoint = workers.endpoint(workerId);
        const client = released?.client ?? (endpoint && new JupyterClient(endpoint));
        try {
          if (released) await released.kernel.shutdown();
          const row = await prisma.session.findUnique({ where: { id }, select: { kernelId: true } });
          if (!released && row?.kernelId) await client?.removeKernel(row.kernelId);
          await prisma.session.updateMany({ where: { id }, data: { kernelId: null } });
        } finally {
          released?.kernel.dispose();
          client?.dispose();
        }
      });
    },

    async workerGone(workerId, server) {
      const rows = await prisma.session.findMany({
        where: { workerId, deletedAt: null, status: { not: 'dead' } },
        select: { id: true },
      });
      const stoppedError = new DomainError('worker_not_live', 'The worker of this session has stopped.');
      const gone = async (sessionId: string) => {
        turns.cut(sessionId, stoppedError);
        await turns.run(sessionId, async () => {
          await live.drop(sessionId);
          await live.setStatus(sessionId, 'dead', 'worker_gone');
        });
      };
      await Promise.all([...new Set([...live.ids(workerId), ...rows.map(({ id }) => id)])].map(gone));
      if (!server) return;
      const left = await prisma.session.findMany({
        where: { workerId, kernelId: { not: null } },
        select: { id: true, kernelId: true },
      });
      const client = new JupyterClient(server);
      await Promise.all(
        left.map(({ id, kernelId }) =>
          client
            .removeKernel(kernelId!)
            .catch((err) => log.warn({ err, sessionId: id }, 'a kernel did not shut down')),
        ),
      );
    },

    async dispose() {
      stopped.abort();
      await dropAll();
      await turns.cutAll(new DomainError('gateway_restarted', 'The gateway stops; try again.'));
      // Also what was about to be taken up.
      await dropAll();
    },

    async ready(sessionId) {
      const check = async () => {
        const kernel = live.kernel(sessionId);
        if (!kernel) await assertComing(sessionId);
        return kernel?.status === 'idle' || kernel?.status === 'busy' ? kernel : undefined;
      };
      const limit = AbortSignal.any([stopped.signal, AbortSignal.timeout(readyTimeoutMs)]);
      const kernel = await waitFor(bus, 'session', sessionId, check, limit);
      if (!kernel) throw new DomainError('runtime_unavailable', 'The kernel did not become idle in time.');
      return kernel;
    },

    began(sessionId) {
      const workerId = live.workerId(sessionId);
      if (workerId) workers.onBusy(workerId, true);
      return (executionCount) => {
        if (workerId) workers.onBusy(workerId, false);
        if (executionCount === null) return;
        prisma.session
          .updateMany({ where: { id: sessionId }, data: { executionCount, lastActivityAt: new Date() } })
          .then(() => bus.publish('session', sessionId, { sessionId }))
          .catch((error) => log.error({ err: error, sessionId }, 'a session counter was not written'));
      };
    },

    async restartStuck(sessionId) {
      if (live.kernel(sessionId)) await restart(sessionId);
    },
  };
}
