import { setTimeout as sleep } from 'node:timers/promises';
import type { Backend, KernelProfile, Prisma, Worker } from '../../prisma/generated/client/client.js';
import type { RuntimeLimits } from '../config.js';
import type { JupyterEndpoint } from '../engines/kernels/jupyter-endpoint.js';
import { DomainError } from '../errors.js';
import type { WorkerBackend } from './backend.js';
import { backendFor } from './backend-for.js';
import { backendOf } from './backend-of.js';
import type { Cancellation } from './cancellation.js';
import { FileFollower } from './file-follower.js';
import { findServer } from './find-server.js';
import { FolderGuard } from './folder-guard.js';
import type { WorkerServer } from './live-worker.js';
import { LiveWorkers } from './live-workers.js';
import { notAnswering } from './not-answering.js';
import { OutOfMemory } from './out-of-memory.js';
import { StraySweep } from './stray-sweep.js';
import { Strays } from './strays.js';
import { classSnapshot, toWorkerProfile } from './to-worker-spec.js';
import { WarmPool } from './warm-pool.js';
import { WorkerAdoption } from './worker-adoption.js';
import { WorkerDirectories } from './worker-directories.js';
import type { WorkerExit } from './worker-exit.js';
import { WorkerExpiry } from './worker-expiry.js';
import type { WorkerFolders } from './worker-files.js';
import type { WorkerAdoptedListener, WorkerManagerDeps } from './worker-manager-deps.js';
import { WorkerRows } from './worker-rows.js';
import { type WorkerEndedListener, WorkerShutdown, type WorkerStoppingListener } from './worker-shutdown.js';
import { answering, WorkerSilence } from './worker-silence.js';
import { WorkerStarter } from './worker-starter.js';
import { liveStatuses } from './worker-status.js';
import { WorkerUsage } from './worker-usage.js';

const notExpiring = { expiresAt: null, expiryReason: null };

/** How long {@link WorkerManager.close} waits for starts that it aborted. */
const closeTimeoutMs = 5_000;

/** Starts, watches and stops workers, and keeps their rows in step with the backends. */
export class WorkerManager {
  /** How long workers live, and how many there may be. */
  readonly limits: RuntimeLimits;
  /** What the workers use. */
  readonly usage: WorkerUsage;
  /** Started workers without an owner. */
  readonly warmPool: WarmPool;
  /** Checks the folders of workers before kernels start in them. */
  readonly folderGuard: FolderGuard;
  /** The workers whose servers do not answer at the moment. */
  readonly silence: WorkerSilence;
  readonly #live: LiveWorkers;
  readonly #stops = new Map<string, Promise<void>>();
  readonly #rows: WorkerRows;
  readonly #directories: WorkerDirectories;
  readonly #follower: FileFollower;
  readonly #shutdown: WorkerShutdown;
  readonly #adoption: WorkerAdoption;
  readonly #sweep: StraySweep;
  readonly #expiry: WorkerExpiry;
  readonly #starter: WorkerStarter;
  #onAdopted: WorkerAdoptedListener = async () => {};
  readonly #outOfMemory = new OutOfMemory();
  readonly #unsubscribe: (() => void)[];
  readonly #deps: WorkerManagerDeps;

  constructor(deps: WorkerManagerDeps) {
    this.#deps = deps;
    this.limits = deps.limits;
    const rows = new WorkerRows(deps);
    const directories = new WorkerDirectories(deps);
    const follower = new FileFollower({
      ...deps,
      foldersOf: (worker) => directories.foldersOf(worker),
      report: (workerId, fileConflicts) => rows.update(workerId, ['ready', 'busy'], { fileConflicts }),
    });
    this.#rows = rows;
    this.#directories = directories;
    this.#follower = follower;
    const shutdown = new WorkerShutdown({ ...deps, rows, directories, follower });
    this.#shutdown = shutdown;
    this.warmPool = new WarmPool({
      ...{ ...deps, directories },
      backendOf: (profile) => backendFor(profile, deps.backends),
      discard: (workerId, backend) => shutdown.discard(workerId, backend),
    });
    const { warmPool } = this;
    const live = new LiveWorkers({ rows, log: deps.log });
    const adopt = (worker: Worker, server: WorkerServer) => this.#adopt(worker, server);
    const isOurs = (workerId: string) => live.get(workerId) !== undefined || warmPool.has(workerId);
    const strays = new Strays({ ...deps, directories, shutdown, isOurs });
    this.#adoption = new WorkerAdoption({ ...deps, shutdown, strays, adopt });
    this.#sweep = new StraySweep({ ...deps, shutdown, strays });
    this.#live = live;
    this.folderGuard = new FolderGuard({ live, rows, directories, end: (exit) => this.#onExit(exit) });
    this.silence = new WorkerSilence({ live, rows, log: deps.log });
    this.usage = new WorkerUsage({ ...deps, live });
    this.#starter = new WorkerStarter({ ...deps, rows, live, directories, follower, shutdown, warmPool });
    const stop = (workerId: string, reason: string) => this.stop(workerId, reason);
    this.#expiry = new WorkerExpiry({ ...deps, rows, live, stop, checkMs: deps.expiryCheckMs });
    this.#unsubscribe = deps.backends.flatMap((backend) => [
      backend.onExit((exit) => this.#onExit(exit)),
      backend.onOutOfMemory?.((workerId) => this.#outOfMemory.happened(workerId)) ?? (() => {}),
    ]);
  }

  /** The backend that runs a profile; null when none is configured. */
  backendFor(profile: Pick<KernelProfile, 'runtime' | 'backend'>): Backend | null {
    return backendFor(profile, this.#deps.backends)?.kind ?? null;
  }

  /** Whether each worker of a profile has a server of its own. */
  ownsServers(profile: Pick<KernelProfile, 'runtime' | 'backend'>): boolean {
    return backendFor(profile, this.#deps.backends)?.ownsServers ?? false;
  }

  /** Whether workers of a profile get the packages that their branch asks for. */
  installsRequirements(profile: Pick<KernelProfile, 'runtime' | 'backend'>): boolean {
    return backendFor(profile, this.#deps.backends)?.installsRequirements ?? false;
  }

  /** `null` when workers of the profile can be started now, else one sentence that says why not. */
  async unavailableReason(profile: KernelProfile): Promise<string | null> {
    const backend = backendFor(profile, this.#deps.backends);
    return backend
      ? backend.unavailableReason(toWorkerProfile(profile))
      : 'No backend for this profile is configured (WORKER_BACKENDS).';
  }

  /** Whether the folder of a worker cannot exceed the storage of its class. */
  enforcesStorage(worker: Pick<Worker, 'backend' | 'resourceClass'>): boolean {
    const backend = this.#deps.backends.find(({ kind }) => kind === worker.backend);
    return backend?.enforcesStorage(classSnapshot(worker)) ?? false;
  }

  /**
   * Chooses the registered server of a new worker; see {@link WorkerBackend.assignServer}.
   * @returns null where it has a server of its own or uses the configured one
   * @throws DomainError `runtime_unavailable`
   */
  async assignServer(tx: Prisma.TransactionClient, profile: KernelProfile): Promise<string | null> {
    return (
      (await backendFor(profile, this.#deps.backends)?.assignServer?.(tx, toWorkerProfile(profile))) ?? null
    );
  }

  /** Starts the server of a worker whose row is `starting`, in the background. */
  start(worker: Worker, commitOid: string): void {
    this.#starter.start(worker, commitOid, backendOf(worker, this.#deps.backends)!);
  }

  /**
   * Stops a worker; idempotent. When it returns, the row is terminal: nothing of the worker runs then, or the row is
   * `failed` with the reason `stop_failed` and stopping it goes on in the background.
   * @param userId who stops it; default the gateway
   */
  stop(workerId: string, statusReason = 'requested', userId: string | null = null): Promise<void> {
    const joined = this.#stops.get(workerId);
    if (joined) return joined;
    const stopped = this.#stopOnce(workerId, { reason: statusReason, userId }).finally(() =>
      this.#stops.delete(workerId),
    );
    this.#stops.set(workerId, stopped);
    return stopped;
  }

  /** Where the Jupyter of a ready worker answers. */
  endpoint(workerId: string): JupyterEndpoint | undefined {
    return this.#live.get(workerId)?.endpoint;
  }

  /** The folders of a worker; they need not exist yet. */
  foldersOf(worker: Pick<Worker, 'id' | 'backend' | 'jupyterServerId'>): WorkerFolders {
    return this.#directories.foldersOf(worker);
  }

  /**
   * Counts a cell that a session of the worker started: the worker is `busy` while one runs.
   * @returns what to call, once, when the cell has ended
   */
  cellStarted(workerId: string): () => void {
    return this.#live.cellStarted(workerId);
  }

  /**
   * Counts somebody who watches a session of the worker: it is not idle meanwhile.
   * @returns what to call, once, when they watch no more
   */
  viewerCame(workerId: string): () => void {
    return this.#live.viewerCame(workerId);
  }

  /**
   * Whether a kernel of a worker that has just died did so because the worker had no memory left. Takes a second at most,
   * as the system may report that later than the death.
   */
  async diedOfMemory(workerId: string): Promise<boolean> {
    const isReported = this.#live.get(workerId)?.backend.onOutOfMemory !== undefined;
    return isReported && this.#outOfMemory.explains(workerId);
  }

  /** Called once when the gateway starts: see {@link WorkerAdoption.begin}. From then on workers expire. */
  async adopt(): Promise<void> {
    await this.#adoption.begin();
    this.#expiry.begin();
    this.#sweep.begin();
    await this.warmPool.begin();
    this.usage.begin();
  }

  /** Adopts no more workers. */
  stopAdopting(): Promise<void> {
    return this.#adoption.close();
  }

  /** @throws DomainError `runtime_unavailable` while a server does not answer, or is not known to run still */
  assertReachable(workerId: string): void {
    if (this.#adoption.isUndecided(workerId) || this.silence.has(workerId)) throw notAnswering();
  }

  /** Sets the one listener for adopted workers. */
  onAdopted(listener: WorkerAdoptedListener): void {
    this.#onAdopted = listener;
  }

  /** Sets the one listener that is called, and waited for, before a worker is stopped. */
  onStopping(listener: WorkerStoppingListener): void {
    this.#shutdown.onStopping = listener;
  }

  /** Sets the one listener that is called, and waited for, when a worker has ended. */
  onEnded(listener: WorkerEndedListener): void {
    this.#shutdown.onEnded = listener;
  }

  /** Stops watching; the workers run on. */
  async close(): Promise<void> {
    const parts = [this.#expiry, this.#sweep, this.usage, this.warmPool, this.silence];
    await Promise.all(parts.map((part) => part.close()));
    this.#shutdown.close();
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    const reason = new DomainError('gateway_restarted', 'The gateway stopped; start the worker again.');
    const ends = this.#live.all().map(async ([, { starting, started, activity }]) => {
      starting.abort(reason);
      await activity.close();
      await started;
    });
    const ended = Promise.all(ends).then(() => this.#shutdown.finish());
    await Promise.race([ended, sleep(closeTimeoutMs, undefined, { ref: false })]);
    await this.#follower.close();
    await Promise.all(this.#deps.backends.map((backend) => backend.close()));
  }

  async #adopt(worker: Worker, server: WorkerServer): Promise<void> {
    const { backend, endpoint } = server;
    if (!endpoint) throw new Error('only a worker whose server answers is adopted');
    const entry = this.#live.add(worker.id, server);
    entry.activity.isWarned = worker.expiryReason === 'idle_timeout';
    const isLive = await this.#rows.update(worker.id, ['ready', 'busy'], {
      ...{ status: 'ready', ...answering },
      // A cell may have run until now.
      ...(worker.status === 'busy' ? { lastActivityAt: new Date() } : {}),
      // Nobody could use it when this moment passed, so it is announced once more.
      ...(worker.expiresAt && worker.expiresAt <= new Date() ? notExpiring : {}),
    });
    // It was stopped meanwhile.
    if (!isLive) this.#live.remove(worker.id, entry);
    if (!isLive) return;
    this.#follower.follow(worker);
    await this.#onAdopted(worker.id, { endpoint, isOwn: backend.ownsServers });
  }

  async #stopOnce(workerId: string, { reason, userId }: Cancellation): Promise<void> {
    // First: a worker that is `stopping` is ended, whatever the database answers later.
    const server = this.#live.get(workerId) ?? (await findServer(this.#deps, workerId));
    const entry = this.#live.remove(workerId);
    // Without its key no start returns this worker any more.
    const data = { status: 'stopping', statusReason: reason, liveKey: null, ...notExpiring } as const;
    const isStopping = await this.#rows.update(workerId, liveStatuses, data).catch((error) => {
      if (entry) this.#live.restore(workerId, entry);
      throw error;
    });
    if (!isStopping && !entry) return;
    entry?.starting.abort();
    await this.#shutdown.stop(workerId, { reason, userId }, entry ?? server);
  }

  #onExit({ workerId, ...failure }: WorkerExit): void {
    this.warmPool.ended(workerId);
    this.#adoption.ended(workerId, failure);
    const entry = this.#live.get(workerId);
    if (entry && !entry.endpoint) entry.ended = failure;
    if (!entry?.endpoint) return;
    this.#live.remove(workerId);
    const { reason } = failure;
    this.#shutdown
      .fail(workerId, failure, entry)
      .catch((err) => this.#deps.log.error({ err, workerId, reason }, 'the end of a worker was not handled'));
  }
}
