import type { Logger } from 'pino';
import type { PrismaClient, Worker } from '../../prisma/generated/client/client.js';
import type { RuntimeLimits } from '../config.js';
import type { GitStore } from '../engines/git/git-store.js';
import type { CheckoutTokens } from '../git-access/checkout-tokens.js';
import type { WorkerBackend } from './backend.js';
import { bringUpWorker, whyNotStarted } from './bring-up-worker.js';
import type { FileFollower } from './file-follower.js';
import type { LiveWorker } from './live-worker.js';
import type { LiveWorkers } from './live-workers.js';
import { readyMessage } from './ready-message.js';
import { serverEnded } from './server-ended-error.js';
import type { WarmPool } from './warm-pool.js';
import { workerCheckout } from './worker-checkout.js';
import type { WorkerDirectories } from './worker-directories.js';
import type { WorkerRows } from './worker-rows.js';
import type { WorkerShutdown } from './worker-shutdown.js';

/** What a {@link WorkerStarter} works with. */
export interface WorkerStarterDeps {
  prisma: PrismaClient;
  git: GitStore;
  checkoutTokens: CheckoutTokens;
  rows: WorkerRows;
  live: LiveWorkers;
  directories: WorkerDirectories;
  follower: FileFollower;
  shutdown: WorkerShutdown;
  warmPool: WarmPool;
  limits: RuntimeLimits;
  log: Logger;
}

/** Brings workers from `starting` to `ready`, or to `failed` with everything removed that their start made. */
export class WorkerStarter {
  readonly #deps: WorkerStarterDeps;

  constructor(deps: WorkerStarterDeps) {
    this.#deps = deps;
  }

  /** Starts the server of a worker whose row is `starting`, in the background. */
  start(worker: Worker, commitOid: string, backend: WorkerBackend): void {
    const { live, log } = this.#deps;
    const entry = live.add(worker.id, { backend });
    entry.started = this.#bringUp(worker, commitOid, entry)
      .catch((error) => this.#fail(worker.id, entry, error))
      .catch((err) =>
        log.error({ err, workerId: worker.id }, 'the failed start of a worker was not recorded'),
      );
  }

  async #bringUp(worker: Worker, commitOid: string, entry: LiveWorker): Promise<void> {
    const { git, prisma, directories, limits, rows, follower, warmPool } = this.#deps;
    const profile = await prisma.kernelProfile.findUniqueOrThrow({ where: { id: worker.kernelProfileId } });
    const how = {
      git,
      backend: entry.backend,
      profile,
      folders: directories.foldersOf(worker),
      report: (percent: number, message: string) => {
        entry.lastStep = message;
        this.#reportProgress(worker.id, percent, message);
      },
      signal: entry.starting.signal,
      // One of before was that of a warm worker.
      onStart: () => {
        entry.ended = undefined;
      },
      maxMinutes: limits.workerStartMinutes,
      warm: warmPool.claim(worker.id),
      checkout: entry.backend.fetchesFiles
        ? await workerCheckout(this.#deps, worker, commitOid, limits.workerStartMinutes * 60_000)
        : undefined,
    };
    const endpoint = await bringUpWorker(how, worker, commitOid);
    if (entry.ended) throw serverEnded(entry.ended, profile.environment as Record<string, string>);
    entry.endpoint = endpoint;
    const progressMessage = await readyMessage(await git.repository(worker.repositoryId), commitOid);
    const isReady = await rows.updateStatus(worker.id, ['starting'], {
      status: 'ready',
      startedAt: new Date(),
      lastActivityAt: new Date(),
      progressPercent: 100,
      progressMessage,
    });
    if (!isReady) throw new Error('the worker was stopped while it started');
    // Commits may have reached the branch since its files were written.
    follower.follow(worker);
  }

  #reportProgress(workerId: string, progressPercent: number, progressMessage: string): void {
    const { rows, log } = this.#deps;
    rows
      .update(workerId, ['starting'], { progressPercent, progressMessage })
      .catch((err) => log.warn({ err, workerId }, 'the progress of a worker was not written'));
  }

  async #fail(workerId: string, entry: LiveWorker, error: unknown): Promise<void> {
    const { live, limits, shutdown, log } = this.#deps;
    // Stopped, and ended, by a caller of `WorkerManager.stop`.
    if (live.get(workerId) !== entry) return;
    live.remove(workerId);
    log.warn({ err: error, workerId }, 'a worker did not start');
    const start = { maxMinutes: limits.workerStartMinutes, lastStep: entry.lastStep };
    await shutdown.fail(workerId, whyNotStarted(error, start), entry);
  }
}
