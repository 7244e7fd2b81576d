import pLimit from 'p-limit';
import type { Logger } from 'pino';
import type { PrismaClient } from '../../prisma/generated/client/client.js';
import { FormerOwnerError } from '../engines/database/former-owner-error.js';
import { isOutage } from '../engines/database/until-answered.js';
import type { WorkerBackend } from './backend.js';
import type { Cancellation } from './cancellation.js';
import { describeFailure } from './describe-failure.js';
import { EndRetries } from './end-retries.js';
import type { FileFollower } from './file-follower.js';
import { FolderRemovals } from './folder-removals.js';
import type { LiveWorker, WorkerServer } from './live-worker.js';
import { ServerStopper } from './server-stopper.js';
import type { WorkerDirectories } from './worker-directories.js';
import type { WorkerFailure } from './worker-failure.js';
import type { WorkerRows } from './worker-rows.js';
import { liveStatuses } from './worker-status.js';

/** Is called when a worker has ended, for whatever reason. */
export type WorkerEndedListener = (workerId: string) => Promise<void>;

/** Is called, and waited for, before a worker is stopped; what runs on it ends then. It must not throw. */
export type WorkerStoppingListener = (workerId: string, cancellation: Cancellation) => Promise<void>;

const stopFailed: WorkerFailure = {
  reason: 'stop_failed',
  detail: 'The worker could not be stopped; the gateway keeps trying.',
};

/** Ending a server may take seconds. */
const maxDiscards = 8;

/** Whether a server that could not be stopped yet was stopped; null where that is done, or there is none. */
type Stopping = { later: Promise<boolean> } | null;

/** What a {@link WorkerShutdown} works with. */
export interface WorkerShutdownDeps {
  prisma: PrismaClient;
  rows: WorkerRows;
  follower: FileFollower;
  directories: WorkerDirectories;
  log: Logger;
}

/**
 * Ends workers: their servers, their rows, their sessions and their folders.
 * - The row of a worker that is to stop is terminal once its server has ended; that of a failed one immediately.
 * - The folder is removed last: after the row is terminal, and after the server has ended, which could still write into it.
 *   Where no backend for the worker is configured any more, it stays.
 * - An end that the database does not accept is tried again, see {@link EndRetries}.
 * - What another gateway runs now is left alone.
 * - What this process does not finish, the next start of the gateway does.
 */
export class WorkerShutdown {
  /** See {@link WorkerEndedListener}; none by default. */
  onEnded: WorkerEndedListener = async () => {};
  /** See {@link WorkerStoppingListener}; none by default. */
  onStopping: WorkerStoppingListener = async () => {};
  readonly #servers: ServerStopper;
  readonly #retries: EndRetries;
  readonly #folders: FolderRemovals;
  readonly #discards = pLimit(maxDiscards);
  /** The ends that go on, without the retries, with the ids of their workers. */
  readonly #ends = new Map<Promise<void>, string>();

  readonly #deps: WorkerShutdownDeps;

  constructor(deps: WorkerShutdownDeps) {
    this.#deps = deps;
    this.#servers = new ServerStopper(deps);
    this.#retries = new EndRetries(deps);
    this.#folders = new FolderRemovals(deps);
  }

  /**
   * Ends a worker that was to stop. Its row is `stopped` then, or `failed` with the reason `stop_failed` while stopping
   * its server goes on in the background.
   * @throws FormerOwnerError, and what the database throws, which is tried again in the background
   */
  stop(
    workerId: string,
    { reason, userId = null }: Pick<Cancellation, 'reason'> & Partial<Cancellation>,
    server?: WorkerServer & Pick<LiveWorker, 'started'>,
  ): Promise<void> {
    return this.#track(workerId, async () => {
      await this.onStopping(workerId, { reason: reason === 'requested' ? 'worker_stopped' : reason, userId });
      const stopping = await this.#stopServer(workerId, server);
      // A start that goes on might write files after their folder was removed.
      await server?.started;
      await this.#writeOrRetry(workerId, async () => {
        if (stopping) await this.#end(workerId, 'failed', stopFailed);
        else await this.#end(workerId, 'stopped', { reason, detail: null });
        await this.#deps.follower.unfollow(workerId);
        if (!server) this.#keepFolders(workerId);
        else if (stopping) this.#removeFoldersLater(workerId, server.backend, stopping);
        else await this.#deps.directories.remove(workerId, server.backend);
      });
    });
  }

  /**
   * Ends a worker that failed. Returns once its row and its sessions say so: stopping its server may take long where its node
   * or its engine hangs, and goes on in the background.
   * @throws FormerOwnerError when another gateway runs the worker now, which is left alone then; what the database throws,
   *   which is tried again in the background
   */
  fail(workerId: string, failure: WorkerFailure, server?: WorkerServer): Promise<void> {
    return this.#track(workerId, () =>
      this.#writeOrRetry(workerId, async () => {
        const detail = await describeFailure(this.#deps.prisma, workerId, failure);
        await this.#end(workerId, 'failed', { reason: failure.reason, detail });
        void this.#track(workerId, () => this.#removeRest(workerId, server));
      }),
    );
  }

  /**
   * Stops a server that belongs to no live worker, of 8 such at a time; its folders are removed in the background then. Never
   * rejects.
   */
  discard(workerId: string, backend: WorkerBackend): Promise<void> {
    return this.#track(workerId, () => this.#discards(() => this.#removeRest(workerId, { backend })));
  }

  /** Removes the folders of a worker that has ended, in the background. Never rejects. @returns whether it succeeded */
  removeFolders(workerId: string, backend: WorkerBackend | undefined): Promise<boolean> {
    return this.#folders.remove(workerId, backend);
  }

  /** Whether the end of a worker goes on, also where it is not written or its server is not stopped yet. */
  isEnding(workerId: string): boolean {
    const isRetrying = this.#servers.isRetrying(workerId) || this.#retries.has(workerId);
    return isRetrying || this.#folders.has(workerId) || [...this.#ends.values()].includes(workerId);
  }

  /** Returns when no end goes on any more but those that are tried again. */
  async finish(): Promise<void> {
    while (this.#ends.size > 0) await Promise.allSettled(this.#ends.keys());
    await this.#folders.finish();
  }

  /** Gives up the servers that could not be stopped, and the ends that could not be written yet. */
  close(): void {
    this.#servers.close();
    this.#retries.close();
  }

  /** @param end begins with the write of the row */
  async #writeOrRetry(workerId: string, end: () => Promise<void>): Promise<void> {
    try {
      await end();
    } catch (error) {
      if (!(error instanceof FormerOwnerError)) this.#retries.begin(workerId, end);
      throw error;
    }
  }

  async #removeRest(workerId: string, server?: WorkerServer): Promise<void> {
    const stopping = await this.#stopServer(workerId, server);
    await this.#deps.follower.unfollow(workerId);
    if (server) this.#removeFoldersLater(workerId, server.backend, stopping);
    else this.#keepFolders(workerId);
  }

  #keepFolders(workerId: string): void {
    const { log, directories } = this.#deps;
    log.warn(
      { workerId, folder: directories.directoryOf(workerId) },
      'the folder of a worker is kept, as nobody can stop its server: configure its backend again, or end it and remove both',
    );
  }

  #track(workerId: string, end: () => Promise<void>): Promise<void> {
    const ended = end().finally(() => this.#ends.delete(ended));
    this.#ends.set(ended, workerId);
    return ended;
  }

  async #stopServer(workerId: string, server?: WorkerServer): Promise<Stopping> {
    return server ? this.#servers.stop(server.backend, workerId) : null;
  }

  /** Begins to remove the folders now, or when the server has stopped. Those that are left are removed as strays. */
  #removeFoldersLater(workerId: string, backend: WorkerBackend, stopping: Stopping): void {
    if (!stopping) void this.#folders.remove(workerId, backend);
    else
      void stopping.later.then((isStopped) =>
        isStopped ? this.#folders.remove(workerId, backend) : undefined,
      );
  }

  async #end(
    workerId: string,
    status: 'stopped' | 'failed',
    { reason, detail }: { reason: string; detail: string | null },
  ): Promise<void> {
    const { rows, log } = this.#deps;
    await rows.update(workerId, liveStatuses, {
      status,
      statusReason: reason,
      errorDetail: detail,
      stoppedAt: new Date(),
      liveKey: null,
      expiresAt: null,
      expiryReason: null,
    });
    await this.onEnded(workerId).catch((error) => {
      if (isOutage(error)) throw error;
      log.error({ err: error, workerId }, 'the sessions of a worker were not ended');
    });
  }
}
