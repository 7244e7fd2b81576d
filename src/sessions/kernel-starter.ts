import type { Logger } from 'pino';
import type { Session } from '../../prisma/generated/client/client.js';
import { FormerOwnerError } from '../engines/database/former-owner-error.js';
import { isStillOwner, type OwnerTarget } from '../engines/database/owner-target.js';
import { isOutage, shortOutageMs, untilAnswered } from '../engines/database/until-answered.js';
import { rejectOnAbort } from '../engines/events/reject-on-abort.js';
import { withTimeLimit } from '../engines/events/with-time-limit.js';
import type { JupyterClient } from '../engines/kernels/jupyter-client.js';
import type { KernelConnection } from '../engines/kernels/kernel-connection.js';
import { DomainError, notFound } from '../errors.js';
import type { WorkerManager } from '../workers/worker-manager.js';
import { canEnterFolder, enterFolder } from './enter-folder.js';
import { folderOf } from './folder-of.js';
import type { KernelSlots } from './kernel-slots.js';
import type { LiveSessions } from './live-sessions.js';
import { sessionClient } from './session-client.js';
import type { SessionRows } from './session-rows.js';
import type { WarmKernels } from './warm-kernels.js';
import { endWarmKernel, type WarmKernel } from './worker-warm-kernels.js';

/** From when the start begins; while it waits for others, nothing is wrong with it. */
const startTimeoutMs = 60_000;
/** How long the move of a warm kernel into its folder may take. A new kernel is started after that. */
const warmTimeoutMs = 2_000;

/**
 * Connects sessions to their kernels. Where that fails, the row of the session becomes `dead`. It stays as it is where this
 * process stops, so that the next one starts the kernel.
 */
export class KernelStarter {
  readonly #deps: OwnerTarget & {
    workers: WorkerManager;
    live: LiveSessions;
    rows: SessionRows;
    slots: KernelSlots;
    warm: WarmKernels;
    /** See `SessionManager.onReplacing`. */
    replacing(sessionId: string): Promise<void>;
    log: Logger;
  };

  constructor(
    deps: OwnerTarget & {
      workers: WorkerManager;
      live: LiveSessions;
      rows: SessionRows;
      slots: KernelSlots;
      warm: WarmKernels;
      replacing(sessionId: string): Promise<void>;
      log: Logger;
    },
  ) {
    this.#deps = deps;
  }

  /**
   * Starts a kernel for a session, also in place of an earlier one; the row is `idle` then. Waits before that until other
   * kernels have started, if many start now.
   * @throws DomainError `not_found` when the session is deleted, `worker_not_live`, `runtime_unavailable`, `rate_limited`,
   *   `overloaded`; what `aborted` was aborted with
   */
  async start(sessionId: string, aborted: AbortSignal): Promise<void> {
    let hasBegun = false;
    try {
      await this.inSlot(sessionId, aborted, (session) => {
        hasBegun = true;
        return this.startInSlot(session, aborted);
      });
    } catch (error) {
      if (hasBegun) throw error;
      return this.#failed(sessionId, error);
    }
  }

  /**
   * Gives a warm kernel to a new session, if there is one; the row is `idle` then.
   * @returns whether it has one
   * @throws DomainError as {@link start}
   */
  async startWarm(sessionId: string, aborted: AbortSignal): Promise<boolean> {
    const { prisma, warm, workers, log } = this.#deps;
    const session = await prisma.session.findUnique({ where: { id: sessionId }, include: { profile: true } });
    if (!session || session.deletedAt || !canEnterFolder(session)) return false;
    const taken = warm.take(session);
    if (!taken) return false;
    try {
      await workers.folderGuard.check(session.workerId);
      const signal = withTimeLimit(aborted, warmTimeoutMs);
      const fits = await rejectOnAbort(enterFolder(taken.kernel, session.path), signal);
      if (fits && (await this.#give(session, taken))) return true;
    } catch (err) {
      // The session starts a kernel of its own.
      log.warn({ err, sessionId }, 'a warm kernel was not used');
    }
    // The session does not wait for that.
    endWarmKernel(taken).catch((err) => log.warn({ err, sessionId }, 'a warm kernel was not ended'));
    aborted.throwIfAborted();
    return false;
  }

  /**
   * Does work that starts or restarts the kernel of a session, once few others start on its machine.
   * @throws DomainError `not_found` when the session is deleted, `rate_limited`, `overloaded`; what `aborted` was aborted
   *   with, and what `work` throws
   */
  async inSlot<T>(
    sessionId: string,
    aborted: AbortSignal,
    work: (session: Session) => Promise<T>,
  ): Promise<T> {
    const { prisma, slots } = this.#deps;
    const session = await prisma.session.findUnique({ where: { id: sessionId }, include: { worker: true } });
    if (!session || session.deletedAt) throw notFound('The session');
    return slots.run(session, () => work(session), aborted);
  }

  /**
   * Connects to a kernel that runs.
   * @param runId the execution that is going to be resumed; see `KernelDeps.relay`
   * @throws as {@link start}; `not_found` when the kernel does not exist any more; the database's error in an outage, and then
   *   the row stays as it is
   */
  async attach(
    session: Session,
    { kernelId, runId }: { kernelId: string; runId?: string },
    signal: AbortSignal,
  ): Promise<void> {
    const { id, clientId, spoolId } = session;
    const connected = this.#connect(session, async (client) => {
      const kernel = await client.attachKernel({ kernelId, clientId, runId, signal });
      const spool = kernel.spool ?? null;
      if (spool !== spoolId) {
        await this.#setKernel(id, { kernelId, spoolId: spool });
      }
      return kernel;
    });
    await connected.catch((error) => {
      if (isOutage(error)) throw error;
      return this.#failed(id, error);
    });
  }

  /**
   * Does what {@link start} does, without a wait for others: in a slot that the caller has.
   * @throws DomainError `not_found` when the session is deleted, `worker_not_live`, `runtime_unavailable`; what `aborted` was
   *   aborted with
   */
  async startInSlot(session: Session, aborted: AbortSignal): Promise<void> {
    const { id, workerId } = session;
    if (session.kernelId) await this.#replacing(session, aborted).catch((error) => this.#failed(id, error));
    const signal = withTimeLimit(aborted, startTimeoutMs);
    await this.#deps.workers.folderGuard.check(workerId).catch((error) => this.#failed(id, error));
    try {
      await this.#connect(session, (client) => {
        this.#removeFormerKernel(client, session);
        return this.#startKernel(client, session, signal);
      }).catch((error) => this.#failed(id, error));
    } catch (error) {
      if (!signal.aborted || aborted.aborted) throw error;
      throw new DomainError('runtime_unavailable', 'The kernel did not start in time; try again.');
    }
  }

  /**
   * Waits until nothing depends on the former kernel any more. A run whose end is not written would run again in the next one, if
   * another gateway took over then, and the worker would not have the last messages of the former one any more. After that the
   * row says that what is queued was sent to no kernel. A kernel without a relay is kept there: it may be one of many on a server
   * that is not ours, where nobody else would end it.
   * @throws FormerOwnerError: the kernel that the session has may be that of a new owner
   */
  async #replacing({ id, spoolId }: Session, aborted: AbortSignal): Promise<void> {
    const { rows, replacing } = this.#deps;
    await rejectOnAbort(replacing(id), aborted);
    if (!(await isStillOwner(this.#deps))) throw new FormerOwnerError();
    if (spoolId) await untilAnswered(() => rows.forgetKernel(id), { maxMs: shortOutageMs });
  }

  /** False when the session was deleted meanwhile. */
  async #give(session: Session, { kernel, client, clientId }: WarmKernel): Promise<boolean> {
    const { kernelId, spool: spoolId = null } = kernel;
    const isKernelMoved = folderOf(session.path) !== '.';
    const isGiven = await this.#setKernel(session.id, { kernelId, spoolId, clientId, isKernelMoved });
    if (isGiven) await this.#deps.live.add(session, client, kernel);
    return isGiven;
  }

  async #connect(
    session: Session,
    open: (client: JupyterClient) => Promise<KernelConnection>,
  ): Promise<void> {
    const { workers, live, epoch } = this.#deps;
    let client: JupyterClient | undefined;
    try {
      const endpoint = workers.endpoint(session.workerId);
      if (!endpoint) throw new DomainError('worker_not_live', 'The worker of this session has stopped.');
      const maxSilenceMs = workers.limits.workerSilenceSeconds * 1000;
      client = sessionClient(endpoint, { maxSilenceMs, owner: epoch() });
      await live.add(session, client, await open(client));
    } catch (error) {
      client?.dispose();
      throw error;
    }
  }

  /** A kernel that has started is not given up for one connection that was cut. */
  #setKernel(...kernel: Parameters<SessionRows['setKernel']>): Promise<boolean> {
    return untilAnswered(() => this.#deps.rows.setKernel(...kernel), { maxMs: shortOutageMs });
  }

  async #failed(sessionId: string, error: unknown): Promise<never> {
    const isStopping = error instanceof DomainError && error.code === 'gateway_restarted';
    if (!isStopping) await this.#deps.rows.setStatus(sessionId, 'dead', 'start_failed');
    throw error;
  }

  /** A session that died because its connection was lost may have left its kernel behind. */
  #removeFormerKernel(client: JupyterClient, { id, kernelId }: Session): void {
    if (!kernelId) return;
    const { rows, log } = this.#deps;
    client
      .removeKernel(kernelId)
      .catch((err) => {
        log.warn({ err, sessionId: id }, 'a former kernel did not shut down');
        // Where no other kernel starts either, the next start tries it again.
        return rows.keepKernel(id, kernelId);
      })
      .catch((err) => log.warn({ err, sessionId: id }, 'a former kernel is not known any more'));
  }

  async #startKernel(
    client: JupyterClient,
    { id, kernelName, path, clientId }: Session,
    signal: AbortSignal,
  ): Promise<KernelConnection> {
    const kernel = await client.startKernel({ kernelName, path: path ?? '', clientId, signal });
    try {
      const { kernelId, spool: spoolId = null } = kernel;
      const isSet = await this.#setKernel(id, { kernelId, spoolId, isKernelMoved: false });
      if (!isSet) throw notFound('The session');
      return kernel;
    } catch (error) {
      await kernel.shutdown().catch(() => {});
      throw error;
    }
  }
}
