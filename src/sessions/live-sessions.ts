import type { Logger } from 'pino';
import type { PrismaClient, Session, SessionStatus } from '../../prisma/generated/client/client.js';
import type { EventBus } from '../engines/events/event-bus.js';
import type { JupyterClient } from '../engines/kernels/jupyter-client.js';
import type { KernelConnection } from '../engines/kernels/kernel-connection.js';
import { DomainError } from '../errors.js';

/** The connections to the kernels of the live sessions, whose rows follow the kernels' status. */
export interface LiveSessions {
  kernel(sessionId: string): KernelConnection | undefined;
  /** The worker of a live session. */
  workerId(sessionId: string): string | undefined;
  /** The live sessions, or those of one worker. */
  ids(workerId?: string): string[];
  /**
   * Takes a session's kernel up; resolves when the row has its status. The connection and the client are closed once
   * the kernel is dead.
   * @throws DomainError `runtime_unavailable` when the kernel is dead by now
   */
  take(session: Session, client: JupyterClient, kernel: KernelConnection): Promise<void>;
  /** Resolves when the row has the status that the kernel has now. */
  settled(sessionId: string): Promise<void>;
  /** Lets go of the kernel, which the caller is to end: the row does not follow it any more. */
  release(sessionId: string): { kernel: KernelConnection; client: JupyterClient } | undefined;
  /** Closes the connection and leaves the kernel running; see `KernelConnection.dispose` for `reason`. */
  drop(sessionId: string, reason?: 'connection_lost' | 'released'): Promise<void>;
  /** Writes the status of a session that is not deleted and tells who watches. */
  setStatus(sessionId: string, status: SessionStatus, reason?: string | null): Promise<void>;
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
  last?: SessionStatus;
}

/** `busy` and `idle` of a cell that takes less than this are not worth two writes. */
const settleMs = 50;

/** Makes {@link LiveSessions}. */
export function createLiveSessions(deps: { prisma: PrismaClient; bus: EventBus; log: Logger }): LiveSessions {
  const live = new Map<string, Live>();

  async function setStatus(
    sessionId: string,
    status: SessionStatus,
    statusReason: string | null = null,
  ): Promise<void> {
    await deps.prisma.session.updateMany({
      where: { id: sessionId, deletedAt: null },
      data: { status, statusReason, lastActivityAt: new Date() },
    });
    deps.bus.publish('session', sessionId, { sessionId });
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

  function release(sessionId: string): Live | undefined {
    const entry = live.get(sessionId);
    live.delete(sessionId);
    clearTimeout(entry?.next?.timer);
    return entry;
  }

  function drop(sessionId: string, reason?: 'connection_lost' | 'released'): Live | undefined {
    const entry = release(sessionId);
    entry?.kernel.dispose(reason);
    entry?.client.dispose();
    return entry;
  }

  function follow(sessionId: string, entry: Live): void {
    entry.kernel.onStatus((status, detail) => {
      if (live.get(sessionId) !== entry) return;
      if (status === 'dead') drop(sessionId);
      clearTimeout(entry.next?.timer);
      entry.next = { status, reason: detail?.reason ?? null };
      const settled = [status, entry.last].every((one) => one === 'idle' || one === 'busy');
      if (settled) entry.next.timer = setTimeout(() => flush(sessionId, entry), settleMs);
      else flush(sessionId, entry);
    });
  }

  return {
    kernel: (sessionId) => live.get(sessionId)?.kernel,
    workerId: (sessionId) => live.get(sessionId)?.workerId,
    ids: (workerId) =>
      [...live].filter(([, entry]) => !workerId || entry.workerId === workerId).map(([id]) => id),

    async take(session, client, kernel) {
      if (kernel.status === 'dead') {
        throw new DomainError('runtime_unavailable', 'The kernel ended as it started; restart the session.');
      }
      const entry: Live = { workerId: session.workerId, client, kernel, written: Promise.resolve() };
      live.set(session.id, entry);
      follow(session.id, entry);
      entry.next = { status: kernel.status, reason: null };
      flush(session.id, entry);
      await entry.written;
    },

    async settled(sessionId) {
      const entry = live.get(sessionId);
      if (!entry) return;
      flush(sessionId, entry);
      await entry.written;
    },

    release,
    async drop(sessionId, reason) {
      await drop(sessionId, reason)?.written;
    },
    setStatus,
  };
}
