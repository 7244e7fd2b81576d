import type { Logger } from 'pino';
import type { PrismaClient } from '../../prisma/generated/client/client.js';
import type { JupyterEndpoint } from '../engines/kernels/jupyter-endpoint.js';
import type { WorkerBackend } from './backend.js';
import type { Cancellation } from './cancellation.js';
import { describeFailure } from './describe-failure.js';
import type { FileFollower } from './file-follower.js';
import type { LiveWorker, WorkerServer } from './live-worker.js';
import { ServerStopper } from './server-stopper.js';
import type { WorkerDirectories } from './worker-directories.js';
import type { WorkerFailure } from './worker-failure.js';
import type { WorkerRows } from './worker-rows.js';
import { liveStatuses } from './worker-status.js';

/**
 * Is called when a worker has ended, for whatever reason.
 * @param server where its kernels may run on: a server that the worker shared with others
 */
export type WorkerEndedListener = (workerId: string, server?: JupyterEndpoint) => Promise<void>;

/** Is called, and waited for, before a worker is stopped; what runs on it ends then. It must not throw. */
export type WorkerStoppingListener = (workerId: string, cancellation: Cancellation) => Promise<void>;

const stopFailed: WorkerFailure = {
  reason: 'stop_failed',
  detail: 'The worker could not be stopped; the gateway keeps trying.',
};

/** Whether a server that could not be stopped yet was stopped; null where that is done, or there is none. */
type Stopping = { later: Promise<boolean> } | null;

/**
 * Ends workers: their servers, their rows, their sessions and their folders, in this order. What runs on until its server can be
 * stopped could change its folder while that is removed, so the folder stays until then.
 */
export class WorkerShutdown {
  /** See {@link WorkerEndedListener}; none by default. */
  onEnded: WorkerEndedListener = async () => {};
  /** See {@link WorkerStoppingListener}; none by default. */
  onStopping: WorkerStoppingListener = async () => {};
  readonly #servers: ServerStopper;

  readonly #deps: {
    prisma: PrismaClient;
    rows: WorkerRows;
    follower: FileFollower;
    directories: WorkerDirectories;
    log: Logger;
  };

  constructor(deps: {
    prisma: PrismaClient;
    rows: WorkerRows;
    follower: FileFollower;
    directories: WorkerDirectories;
    log: Logger;
  }) {
    this.#deps = deps;

    this.#servers = new ServerStopper(deps);
  }

  /**
   * Ends a worker that was to stop. Its row is `stopped` then, or `failed` with the reason `stop_failed` while stopping
   * its server goes on in the background.
   */
  async stop(
    workerId: string,
    { reason, userId = null }: Pick<Cancellation, 'reason'> & Partial<Cancellation>,
    server?: WorkerServer & Pick<LiveWorker, 'started'>,
  ): Promise<void> {
    await this.onStopping(workerId, { reason: reason === 'requested' ? 'worker_stopped' : reason, userId });
    const stopping = await this.#stopServer(workerId, server);
    // A start that goes on might write files after their folder was removed.
    await server?.started;
    if (stopping) await this.#end(workerId, 'failed', stopFailed, server);
    else await this.#end(workerId, 'stopped', { reason, detail: null }, server);
    await this.#removeFolders(workerId, server?.backend, stopping);
  }

  /** Ends a worker that failed, also where its server cannot be stopped immediately. */
  async fail(workerId: string, failure: WorkerFailure, server?: WorkerServer): Promise<void> {
    const stopping = await this.#stopServer(workerId, server);
    const detail = await describeFailure(this.#deps.prisma, workerId, failure);
    await this.#end(workerId, 'failed', { reason: failure.reason, detail }, server);
    await this.#removeFolders(workerId, server?.backend, stopping);
  }

  /** Stops a server that belongs to no live worker, and removes its folders. */
  async discard(workerId: string, backend: WorkerBackend): Promise<void> {
    await this.#removeFolders(workerId, backend, await this.#stopServer(workerId, { backend }));
  }

  /** Gives up the servers that could not be stopped yet. */
  close(): void {
    this.#servers.close();
  }

  async #stopServer(workerId: string, server?: WorkerServer): Promise<Stopping> {
    return server ? this.#servers.stop(server.backend, workerId) : null;
  }

  /** Removes the folders now, or when the server has stopped. The next start of the gateway removes those that are left. */
  async #removeFolders(
    workerId: string,
    backend: WorkerBackend | undefined,
    stopping: Stopping,
  ): Promise<void> {
    const { directories } = this.#deps;
    if (!stopping) return directories.remove(workerId, backend);
    void stopping.later.then((isStopped) => (isStopped ? directories.remove(workerId, backend) : undefined));
  }

  async #end(
    workerId: string,
    status: 'stopped' | 'failed',
    { reason, detail }: { reason: string; detail: string | null },
    server?: WorkerServer,
  ): Promise<void> {
    const { rows, follower, log } = this.#deps;
    await follower.unfollow(workerId);
    await rows.update(workerId, liveStatuses, {
      status,
      statusReason: reason,
      errorDetail: detail,
      stoppedAt: new Date(),
      liveKey: null,
      expiresAt: null,
      expiryReason: null,
    });
    const shared = server?.backend.ownsServers === false ? server.endpoint : undefined;
    await this.onEnded(workerId, shared).catch((error) =>
      log.error({ err: error, workerId }, 'the sessions of a worker were not ended'),
    );
  }
}
