import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Session } from '../../prisma/generated/client/client.js';
import { FormerOwnerError } from '../engines/database/former-owner-error.js';
import { isStillOwner, type OwnerTarget } from '../engines/database/owner-target.js';
import { untilAnswered } from '../engines/database/until-answered.js';
import { withTimeLimit } from '../engines/events/with-time-limit.js';
import type { JupyterClient } from '../engines/kernels/jupyter-client.js';
import type { JupyterEndpoint } from '../engines/kernels/jupyter-endpoint.js';
import type { WorkerManager } from '../workers/worker-manager.js';
import { awaitsKernel } from './awaits-kernel.js';
import type { KernelQueue } from './kernel-queue.js';
import type { KernelStarter } from './kernel-starter.js';
import type { LiveSessions } from './live-sessions.js';
import { sessionClient } from './session-client.js';
import type { SessionRows } from './session-rows.js';

/** The start of the gateway waits so long for the kernels of a worker; where its server stalls, they are awaited behind it. */
const startMs = 15_000;
/** The least time that a kernel has to answer, however short the silence is that ends a worker. */
const minAnswerMs = 15_000;

/** What a {@link SessionReopener} works with. */
export interface SessionReopenerDeps extends OwnerTarget {
  workers: WorkerManager;
  queue: KernelQueue;
  rows: SessionRows;
  live: LiveSessions;
  starter: KernelStarter;
  log: Logger;
}

/** Reopens the sessions that an earlier process of the gateway left on a worker that still runs. */
export class SessionReopener {
  #isClosed = false;
  readonly #reopening = new Set<string>();

  readonly #deps: SessionReopenerDeps;

  constructor(deps: SessionReopenerDeps) {
    this.#deps = deps;
  }

  /** Whether a session is not connected to its kernel yet, and is not given up either. */
  isReopening(sessionId: string): boolean {
    return this.#reopening.has(sessionId);
  }

  /**
   * Connects to the kernels of the open sessions of a worker; a session whose kernel is gone is dead then. Starts the kernels of
   * those that wait for one, in the background. Ends the kernels that belong to no open session: all such kernels of a server
   * that is the worker's own, else those of deleted and dead sessions. Of a server that does not answer, the sessions are
   * reopened when it does, in the background; they have as long for that as a server may be silent.
   */
  async reopenAll(workerId: string, server: { endpoint: JupyterEndpoint; isOwn: boolean }): Promise<void> {
    const sessions = await this.#deps.prisma.session.findMany({ where: { workerId } });
    const open = sessions.filter(({ deletedAt, status }) => !deletedAt && status !== 'dead');
    const kept = open.filter((session) => !awaitsKernel(session));
    for (const { id } of kept) this.#reopening.add(id);
    const client = sessionClient(server.endpoint);
    const warn = (err: unknown) =>
      this.#deps.log.warn({ err, workerId }, 'the kernels without a session were not ended');
    // First: a kernel that is started from now on is in no row yet.
    const running = server.isOwn ? await client.kernelIds().catch(warn) : undefined;
    for (const session of open.filter(awaitsKernel)) void this.#start(session);
    const reopened = Promise.all(kept.map((session) => this.#reopen(session)));
    await Promise.all([
      Promise.race([reopened, sleep(startMs, undefined, { ref: false })]),
      this.#removeStrays(client, running ?? [], sessions).catch(warn),
    ]);
    client.dispose();
    if (open.some(({ id }) => this.isReopening(id))) this.#deps.workers.silence.report(workerId);
  }

  /** Reopens nothing more. */
  close(): void {
    this.#isClosed = true;
  }

  /** Never rejects. While the database does not answer, it is tried again: nobody else goes on with the session. */
  async #reopen(session: Session): Promise<void> {
    const { queue, rows, log } = this.#deps;
    const { id: sessionId } = session;
    this.#reopening.add(sessionId);
    try {
      await queue.run(sessionId, (signal) => {
        const maxMs = Number.POSITIVE_INFINITY;
        return untilAnswered(() => this.#reopenNow(session, signal), { signal, maxMs });
      });
    } catch (err) {
      log.warn({ err, sessionId }, 'a session was not reopened after the restart of the gateway');
    } finally {
      this.#reopening.delete(sessionId);
      rows.announce(sessionId);
    }
  }

  async #reopenNow(session: Session, aborted: AbortSignal): Promise<void> {
    const { rows, live, starter, workers } = this.#deps;
    const { id, kernelId, spoolId } = session;
    // It is reopened already where the adoption of its worker failed later, and is tried again.
    if (this.#isClosed || live.kernel(id)) return;
    if (!kernelId) return rows.setStatus(id, 'dead', 'lost');
    const maxMs = Math.max(workers.limits.workerSilenceSeconds * 1000, minAnswerMs);
    const runId = spoolId ? await this.#runId(id) : undefined;
    await starter.attach(session, { kernelId, runId }, withTimeLimit(aborted, maxMs));
    const kernel = live.kernel(id);
    // What runs on a kernel whose messages nobody kept has ended as failed.
    if (!spoolId || kernel?.spool !== spoolId) await kernel?.interrupt();
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

  /**
   * Ends the kernels that no open session has.
   * @param running those of the server where all belong to this worker; else none
   */
  async #removeStrays(client: JupyterClient, running: string[], sessions: Session[]): Promise<void> {
    const isOpen = ({ deletedAt, status }: Session) => !deletedAt && status !== 'dead';
    const kept = new Set(sessions.filter(isOpen).map(({ kernelId }) => kernelId));
    const left = sessions.flatMap(({ kernelId }) => kernelId ?? []);
    const strays = [...new Set([...running, ...left])].filter((kernelId) => !kept.has(kernelId));
    // A new owner would have started its kernels behind the list, which has none of them.
    if (strays.length > 0 && !(await isStillOwner(this.#deps))) throw new FormerOwnerError();
    await Promise.all(strays.map((kernelId) => client.removeKernel(kernelId)));
  }
}
