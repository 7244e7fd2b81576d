import type { Logger } from 'pino';
import type { PrismaClient, Session } from '../../prisma/generated/client/client.js';
import { withTimeLimit } from '../engines/events/with-time-limit.js';
import type { JupyterEndpoint } from '../engines/kernels/jupyter-endpoint.js';
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
   * Connects to the kernels of the open sessions of a worker; a session whose kernel is gone is dead then. Ends the
   * kernels that belong to no session: all such kernels of a server that is the worker's own, else those of deleted
   * sessions.
   */
  async reopenAll(workerId: string, server: { endpoint: JupyterEndpoint; isOwn: boolean }): Promise<void> {
    const sessions = await this.#deps.prisma.session.findMany({ where: { workerId } });
    const open = sessions.filter(({ deletedAt, status }) => !deletedAt && status !== 'dead');
    await Promise.all([
      ...open.map((session) => this.#reopen(session)),
      this.#removeStrayKernels(sessions, server).catch((err) =>
        this.#deps.log.warn({ err, workerId }, 'the kernels without a session were not ended'),
      ),
    ]);
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

  async #removeStrayKernels(
    sessions: Session[],
    { endpoint, isOwn }: { endpoint: JupyterEndpoint; isOwn: boolean },
  ): Promise<void> {
    const kept = new Set(sessions.filter(({ deletedAt }) => !deletedAt).map(({ kernelId }) => kernelId));
    const deleted = sessions.flatMap(({ deletedAt, kernelId }) => (deletedAt && kernelId ? [kernelId] : []));
    const client = sessionClient(endpoint);
    try {
      const kernels = isOwn ? await client.kernelIds() : deleted;
      const strays = kernels.filter((kernelId) => !kept.has(kernelId));
      await Promise.all(strays.map((kernelId) => client.removeKernel(kernelId)));
    } finally {
      client.dispose();
    }
  }
}
