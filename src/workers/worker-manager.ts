import type { Logger } from 'pino';
import type {
  Backend,
  KernelProfile,
  PrismaClient,
  Repository,
  Worker,
} from '../../prisma/generated/client/client.js';
import type { EventBus } from '../engines/events/event-bus.js';
import type { GitStore } from '../engines/git/git-store.js';
import type { JupyterEndpoint } from '../engines/kernels/jupyter-endpoint.js';
import type { BranchWatcher } from '../notebooks/versions/branch-watcher.js';
import { adoptWorkers } from './adopt-workers.js';
import type { WorkerBackend } from './backend.js';
import { bringUpWorker, whyNotStarted } from './bring-up-worker.js';
import { FileFollower } from './file-follower.js';
import type { LiveWorker, WorkerServer } from './live-worker.js';
import { hasRequirements } from './read-requirements.js';
import { toWorkerProfile } from './to-worker-spec.js';
import { WarmPool } from './warm-pool.js';
import { WorkerActivity } from './worker-activity.js';
import { WorkerDirectories } from './worker-directories.js';
import type { WorkerExit } from './worker-exit.js';
import type { WorkerFolders } from './worker-files.js';
import { WorkerRows } from './worker-rows.js';
import { type WorkerEndedListener, WorkerShutdown } from './worker-shutdown.js';
import { liveStatuses } from './worker-status.js';

/** What a {@link WorkerManager} works with. */
export interface WorkerManagerDeps {
  prisma: PrismaClient;
  git: GitStore;
  bus: EventBus;
  branches: BranchWatcher;
  log: Logger;
  /** Absolute path; it holds one folder for each worker. */
  directory: string;
  /** The first that can run a profile runs it. */
  backends: WorkerBackend[];
}

/** Starts, watches and stops workers, and keeps their rows in step with the backends. */
export class WorkerManager {
  /** Started workers without an owner. */
  readonly warmPool: WarmPool;
  readonly #live = new Map<string, LiveWorker>();
  readonly #stops = new Map<string, Promise<void>>();
  readonly #rows: WorkerRows;
  readonly #directories: WorkerDirectories;
  readonly #follower: FileFollower;
  readonly #shutdown: WorkerShutdown;
  readonly #unsubscribe: (() => void)[];

  readonly #deps: WorkerManagerDeps;

  constructor(deps: WorkerManagerDeps) {
    this.#deps = deps;

    this.#rows = new WorkerRows(deps);
    this.#directories = new WorkerDirectories(deps);
    this.#follower = new FileFollower({
      ...deps,
      foldersOf: (worker) => this.#directories.foldersOf(worker),
      report: (workerId, fileConflicts) => this.#rows.update(workerId, ['ready', 'busy'], { fileConflicts }),
    });
    const rows = this.#rows;
    const directories = this.#directories;
    const follower = this.#follower;
    this.#shutdown = new WorkerShutdown({ rows, directories, follower, log: deps.log });
    this.warmPool = new WarmPool({
      ...deps,
      directories,
      backendOf: (profile) => this.#findBackend(profile),
      discard: (workerId, backend) => this.#shutdown.discard(workerId, backend),
    });
    this.#unsubscribe = deps.backends.map((backend) => backend.onExit((exit) => this.#onExit(exit)));
  }

  /** The backend that runs a profile; null when none is configured. */
  backendFor(profile: Pick<KernelProfile, 'runtime' | 'backend'>): Backend | null {
    return this.#findBackend(profile)?.kind ?? null;
  }

  /** Whether each worker of a profile has a server of its own. */
  ownsServers(profile: Pick<KernelProfile, 'runtime' | 'backend'>): boolean {
    return this.#findBackend(profile)?.ownsServers ?? false;
  }

  /** Whether the branch of a start asks for packages that are installed for its workers. */
  async hasOwnEnvironment(start: {
    profile: KernelProfile;
    repository: Pick<Repository, 'id'>;
    commitOid: string;
  }): Promise<boolean> {
    if (!this.#findBackend(start.profile)?.installsRequirements) return false;
    return hasRequirements(await this.#deps.git.repository(start.repository.id), start.commitOid);
  }

  /** `null` when workers of the profile can be started now, else one sentence that says why not. */
  async unavailableReason(profile: KernelProfile): Promise<string | null> {
    const backend = this.#findBackend(profile);
    return backend
      ? backend.unavailableReason(toWorkerProfile(profile))
      : 'No backend for this profile is configured (WORKER_BACKENDS).';
  }

  /** Starts the server of a worker whose row is `starting`, in the background. */
  start(worker: Worker, commitOid: string): void {
    const backend = this.#deps.backends.find(({ kind }) => kind === worker.backend)!;
    const entry = this.#addLive(worker.id, { backend });
    entry.started = this.#bringUp(worker, commitOid, entry)
      .catch((error) => this.#failStart(worker.id, entry, error))
      .catch((err) =>
        this.#deps.log.error({ err, workerId: worker.id }, 'the failed start of a worker was not recorded'),
      );
  }

  /**
   * Stops a worker; idempotent. When it returns, the row is terminal: nothing of the worker runs then, or the row is
   * `failed` with the reason `stop_failed` and stopping it goes on in the background.
   */
  stop(workerId: string, statusReason = 'requested'): Promise<void> {
    const joined = this.#stops.get(workerId);
    if (joined) return joined;
    const stopped = this.#stopOnce(workerId, statusReason).finally(() => this.#stops.delete(workerId));
    this.#stops.set(workerId, stopped);
    return stopped;
  }

  /** Where the Jupyter of a ready worker answers. */
  endpoint(workerId: string): JupyterEndpoint | undefined {
    return this.#live.get(workerId)?.endpoint;
  }

  /** The folders of a worker; they need not exist yet. */
  foldersOf(worker: Pick<Worker, 'id' | 'backend'>): WorkerFolders {
    return this.#directories.foldersOf(worker);
  }

  /**
   * Counts a cell that a session of the worker started: the worker is `busy` while one runs.
   * @returns what to call, once, when the cell has ended
   */
  cellStarted(workerId: string): () => void {
    this.#live.get(workerId)?.activity.cellStarted();
    return () => this.#live.get(workerId)?.activity.cellEnded();
  }

  /** Called once when the gateway starts: adopts the workers that still run and ends the rows of the others. */
  async adopt(): Promise<void> {
    const { prisma, backends } = this.#deps;
    await adoptWorkers({
      prisma,
      backends,
      shutdown: this.#shutdown,
      adopt: async (worker, server) => {
        this.#addLive(worker.id, server);
        await this.#rows.update(worker.id, ['busy'], { status: 'ready' });
        this.#follower.follow(worker);
      },
    });
    await this.warmPool.begin();
  }

  /** Sets the one listener that is called, and waited for, when a worker has ended. */
  onEnded(listener: WorkerEndedListener): void {
    this.#shutdown.onEnded = listener;
  }

  /** Stops watching; the workers run on. */
  async close(): Promise<void> {
    await this.warmPool.close();
    this.#shutdown.close();
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    for (const { starting, activity } of this.#live.values()) {
      starting.abort();
      activity.close();
    }
    await this.#follower.close();
    await Promise.all(this.#deps.backends.map((backend) => backend.close()));
  }

  #findBackend({ runtime, backend }: Pick<KernelProfile, 'runtime' | 'backend'>): WorkerBackend | undefined {
    if (runtime !== 'dedicated') return this.#deps.backends.find(({ kind }) => kind === 'external');
    return this.#deps.backends.find(({ kind }) => kind !== 'external' && kind === (backend ?? kind));
  }

  #addLive(workerId: string, server: WorkerServer): LiveWorker {
    const activity = new WorkerActivity((status) =>
      this.#rows
        .update(workerId, ['ready', 'busy'], { status, lastActivityAt: new Date() })
        .catch((err) => this.#deps.log.warn({ err, workerId }, 'the status of a worker was not written')),
    );
    const entry: LiveWorker = { ...server, activity, starting: new AbortController() };
    this.#live.set(workerId, entry);
    return entry;
  }

  async #bringUp(worker: Worker, commitOid: string, entry: LiveWorker): Promise<void> {
    const { git, prisma } = this.#deps;
    const how = {
      git,
      backend: entry.backend,
      profile: await prisma.kernelProfile.findUniqueOrThrow({ where: { id: worker.kernelProfileId } }),
      folders: this.#directories.foldersOf(worker),
      report: (percent: number, message: string) => this.#reportProgress(worker.id, percent, message),
      signal: entry.starting.signal,
      warm: this.warmPool.claim(worker.id),
    };
    entry.endpoint = await bringUpWorker(how, worker, commitOid);
    const isReady = await this.#rows.update(worker.id, ['starting'], {
      status: 'ready',
      startedAt: new Date(),
      lastActivityAt: new Date(),
      progressPercent: 100,
      progressMessage: 'Ready',
    });
    if (!isReady) throw new Error('the worker was stopped while it started');
    // Commits may have reached the branch since its files were written.
    this.#follower.follow(worker);
  }

  #reportProgress(workerId: string, progressPercent: number, progressMessage: string): void {
    this.#rows
      .update(workerId, ['starting'], { progressPercent, progressMessage })
      .catch((err) => this.#deps.log.warn({ err, workerId }, 'the progress of a worker was not written'));
  }

  async #failStart(workerId: string, entry: LiveWorker, error: unknown): Promise<void> {
    // Stopped, and ended, by a caller of `stop`.
    if (this.#live.get(workerId) !== entry) return;
    this.#live.delete(workerId);
    this.#deps.log.warn({ err: error, workerId }, 'a worker did not start');
    await this.#shutdown.fail(workerId, whyNotStarted(error), entry);
  }

  async #stopOnce(workerId: string, statusReason: string): Promise<void> {
    const entry = this.#live.get(workerId);
    this.#live.delete(workerId);
    // Without its key no start returns this worker any more.
    const data = { status: 'stopping', liveKey: null } as const;
    const isStopping = await this.#rows.update(workerId, liveStatuses, data).catch((error) => {
      if (entry) this.#live.set(workerId, entry);
      throw error;
    });
    if (!isStopping && !entry) return;
    entry?.starting.abort();
    await this.#shutdown.stop(workerId, statusReason, entry);
  }

  #onExit({ workerId, reason, detail }: WorkerExit): void {
    this.warmPool.ended(workerId);
    const entry = this.#live.get(workerId);
    // A start that goes on notices by itself that its server has ended.
    if (!entry?.endpoint) return;
    this.#live.delete(workerId);
    this.#shutdown
      .fail(workerId, { reason, detail }, entry)
      .catch((err) =>
        this.#deps.log.error({ err, workerId, reason }, 'the exit of a worker was not handled'),
      );
  }
}
