import type { Logger } from 'pino';
import type { PrismaClient, Session } from '../../prisma/generated/client/client.js';
import { withTimeLimit } from '../engines/events/with-time-limit.js';
import type { JupyterClient } from '../engines/kernels/jupyter-client.js';
import type { JupyterEndpoint } from '../engines/kernels/jupyter-endpoint.js';
import { awaitsKernel } from './awaits-kernel.js';
import type { KernelQueue } from './kernel-queue.js';
import type { KernelStarter } from './kernel-starter.js';
import type { LiveSessions } from './live-sessions.js';
import { sessionClient } from './session-client.js';
import type { SessionRows } from './session-rows.js';

const reopenTimeoutMs = 15_000;

/** Reopens the sessions that an earlier process of the gateway left on a worker that still runs. */
export class SessionReopener {
  #isClosed = false;

  readonly #deps: {
    prisma: PrismaClient;
    queue: KernelQueue;
    rows: SessionRows;
    live: LiveSessions;
    starter: KernelStarter;
    log: Logger;
  };

  constructor(deps: {
    prisma: PrismaClient;
    queue: KernelQueue;
    rows: SessionRows;
    live: LiveSessions;
    starter: KernelStarter;
    log: Logger;
  }) {
    this.#deps = deps;
  }

  /**
   * Connects to the kernels of the open sessions of a worker; a session whose kernel is gone is dead then. Starts the kernels of
   * those that wait for one, in the background. Ends the kernels that belong to no open session: all such kernels of a server
   * that is the worker's own, else those of deleted and dead sessions.
   */
  async reopenAll(workerId: string, server: { endpoint: JupyterEndpoint; isOwn: boolean }): Promise<void> {
    const sessions = await this.#deps.prisma.session.findMany({ where: { workerId } });
    const open = sessions.filter(({ deletedAt, status }) => !deletedAt && status !== 'dead');
    const client = sessionClient(server.endpoint);
    const warn = (err: unknown) =>
      this.#deps.log.warn({ err, workerId }, 'the kernels without a session were not ended');
    // First: a kernel that is started from now on is in no row yet.
    const running = server.isOwn ? await client.kernelIds().catch(warn) : undefined;
    for (const session of open.filter(awaitsKernel)) void this.#start(session);
    await Promise.all([
      ...open.filter((session) => !awaitsKernel(session)).map((session) => this.#reopen(session)),
      removeStrays(client, running ?? [], sessions).catch(warn),
    ]);
    client.dispose();
  }

  /** Reopens nothing more. */
  close(): void {
    this.#isClosed = true;
  }

  #reopen(session: Session): Promise<void> {
    return this.#deps.queue.run(session.id, async (aborted) => {
      if (this.#isClosed) return;
      const { id, kernelId, spoolId } = session;
      if (!kernelId) return this.#deps.rows.setStatus(id, 'dead', 'lost');
      const signal = withTimeLimit(aborted, reopenTimeoutMs);
      try {
        const runId = spoolId ? await this.#runId(id) : undefined;
        await this.#deps.starter.attach(session, { kernelId, runId }, signal);
        const kernel = this.#deps.live.kernel(id);
        // What runs on a kernel whose messages nobody kept has ended as failed.
        if (!spoolId || kernel?.spool !== spoolId) await kernel?.interrupt();
      } catch (err) {
        this.#deps.log.warn(
          { err, sessionId: id },
          'a session was not reopened after the restart of the gateway',
        );
      } finally {
        this.#deps.rows.announce(id);
      }
    });
  }

  /** The execution of a session that its kernel may run. */
  async #runId(sessionId: string): Promise<string | undefined> {
    const first = await this.#deps.prisma.execution.findFirst({
      where: { sessionId, finishedAt: null },
      // The one that has begun: see `resumeExecutions`.
      orderBy: [{ startedAt: { sort: 'desc', nulls: 'last' } }, { position: 'asc' }],
      select: { id: true },
    });
    return first?.id;
  }

  /** Never rejects. The row is dead when no kernel starts. */
  async #start({ id }: Session): Promise<void> {
    const { queue, starter, log } = this.#deps;
    const start = async (aborted: AbortSignal) => {
      if (!this.#isClosed) await starter.start(id, aborted);
    };
    await queue.run(id, start).catch((err) => {
      log.warn({ err, sessionId: id }, 'no kernel was started for a session that waited for one');
    });
  }
}

/**
 * Ends the kernels that no open session has.
 * @param running those of the server where all belong to this worker; else none
 */
async function removeStrays(client: JupyterClient, running: string[], sessions: Session[]): Promise<void> {
  const isOpen = ({ deletedAt, status }: Session) => !deletedAt && status !== 'dead';
  const kept = new Set(sessions.filter(isOpen).map(({ kernelId }) => kernelId));
  const left = sessions.flatMap(({ kernelId }) => kernelId ?? []);
  const strays = [...new Set([...running, ...left])].filter((kernelId) => !kept.has(kernelId));
  await Promise.all(strays.map((kernelId) => client.removeKernel(kernelId)));
}
