import type { Logger } from 'pino';
import type { Session } from '../../prisma/generated/client/client.js';
import type { OwnerTarget } from '../engines/database/owner-target.js';
import type { JupyterClient } from '../engines/kernels/jupyter-client.js';
import type { KernelConnection } from '../engines/kernels/kernel-connection.js';
import { DomainError, notFound } from '../errors.js';
import type { WorkerManager } from '../workers/worker-manager.js';
import type { LiveSessions } from './live-sessions.js';
import { sessionClient } from './session-client.js';
import type { SessionRows } from './session-rows.js';

/** Connects sessions to their kernels. Where that fails, the row of the session becomes `dead`. */
export class KernelStarter {
  readonly #deps: OwnerTarget & {
    workers: WorkerManager;
    live: LiveSessions;
    rows: SessionRows;
    log: Logger;
  };

  constructor(
    deps: OwnerTarget & {
      workers: WorkerManager;
      live: LiveSessions;
      rows: SessionRows;
      log: Logger;
    },
  ) {
    this.#deps = deps;
  }

  /**
   * Starts a kernel for a session, also in place of an earlier one; the row is `idle` then.
   * @throws DomainError `not_found` when the session is deleted, `worker_not_live`, `runtime_unavailable`; what
   *   `signal` was aborted with
   */
  async start(sessionId: string, signal: AbortSignal): Promise<void> {
    const session = await this.#deps.prisma.session.findUnique({ where: { id: sessionId } });
    if (!session || session.deletedAt) throw notFound('The session');
    const { workerId } = session;
    await this.#deps.workers.folderGuard.check(workerId).catch((error) => this.#failed(sessionId, error));
    await this.#connect(session, (client) => {
      this.#removeFormerKernel(client, session);
      return this.#startKernel(client, session, signal);
    });
  }

  /**
   * Connects to a kernel that runs.
   * @param runId the execution that is going to be resumed; see `KernelDeps.relay`
   * @throws as {@link start}; `not_found` when the kernel does not exist any more
   */
  async attach(
    session: Session,
    { kernelId, runId }: { kernelId: string; runId?: string },
    signal: AbortSignal,
  ): Promise<void> {
    const { id, clientId, spoolId } = session;
    await this.#connect(session, async (client) => {
      const kernel = await client.attachKernel({ kernelId, clientId, runId, signal });
      const spool = kernel.spool ?? null;
      if (spool !== spoolId) {
        await this.#deps.prisma.session.update({ where: { id }, data: { spoolId: spool } });
      }
      return kernel;
    });
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
      return this.#failed(session.id, error);
    }
  }

  async #failed(sessionId: string, error: unknown): Promise<never> {
    await this.#deps.rows.setStatus(sessionId, 'dead', 'start_failed');
    throw error;
  }

  /** A session that died because its connection was lost may have left its kernel behind. */
  #removeFormerKernel(client: JupyterClient, { id, kernelId }: Session): void {
    if (!kernelId) return;
    client
      .removeKernel(kernelId)
      .catch((err) => this.#deps.log.warn({ err, sessionId: id }, 'a former kernel did not shut down'));
  }

  async #startKernel(
    client: JupyterClient,
    { id, kernelName, path, clientId }: Session,
    signal: AbortSignal,
  ): Promise<KernelConnection> {
    const kernel = await client.startKernel({ kernelName, path: path ?? '', clientId, signal });
    try {
      await this.#deps.prisma.session.update({
        where: { id },
        data: { kernelId: kernel.kernelId, spoolId: kernel.spool ?? null },
      });
      return kernel;
    } catch (error) {
      await kernel.shutdown().catch(() => {});
      throw error;
    }
  }
}
