import type { Backend, Prisma } from '../../prisma/generated/client/client.js';
import type { JupyterEndpoint } from '../engines/kernels/jupyter-endpoint.js';
import type { WorkerEnd, WorkerExit } from './worker-exit.js';
import type { RemoteFolder } from './worker-folder.js';
import type { WorkerProfile, WorkerSpec, WorkerVolume } from './worker-spec.js';

/** Access to the folders of workers, while they run, on servers whose disk the gateway cannot reach. */
export interface RemoteFolders {
  /**
   * Opens the folder of a started worker; creates it if it does not exist.
   * @throws DomainError `runtime_unavailable`
   */
  open(workerId: string, signal?: AbortSignal): Promise<RemoteFolder>;
  /**
   * Removes what a worker that was stopped has left on its server, as far as the server allows it: the kernels of its sessions,
   * where the server runs on, and its folder; idempotent. What it throws for may be tried again.
   * @throws DomainError `runtime_unavailable`
   */
  remove(workerId: string, kernelIds: readonly string[]): Promise<void>;
}

/** A server that ended by itself while nobody watched it. */
export interface EndedServer {
  /** As far as what is left of it says. */
  ended: WorkerEnd;
}

/**
 * What a backend has, by worker id: where the server answers, how it ended, undefined when its start was not finished or
 * nothing says how it ended, and `unknown` when this cannot be known now.
 */
export type RunningServers = Map<string, JupyterEndpoint | EndedServer | 'unknown' | undefined>;

/** What a backend has at a moment, without what its own starts and installations are making. */
export interface BackendInventory {
  /** The workers that have a server, or a part of one. */
  workerIds: string[];
  /** How to remove what installs packages for no start of this process, by its name. */
  abandoned: Map<string, () => Promise<void>>;
}

/** The user and the group that files belong to, as numbers. */
export interface FileOwner {
  uid: number;
  gid: number;
}

/** What a worker uses at a moment. */
export interface ResourceUsage {
  /** Cores, averaged since the previous sample. */
  cpuCores: number;
  memoryMb: number;
}

/**
 * One way to run Jupyter servers. To add one: implement this, pass the contract suite in
 * `test/workers/backend-contract.ts`, and register it in `src/app/create-backends.ts`.
 */
export interface WorkerBackend {
  readonly kind: Backend;
  /** Whether each worker has its own server, which ends with it; if not, its kernels must be ended one by one. */
  readonly ownsServers: boolean;
  /** Whether it installs {@link WorkerSpec.requirements} for the kernels; default it does not. */
  readonly installsRequirements?: boolean;
  /** Whether a new server has the files of {@link WorkerSpec.checkout} from the first; default the gateway writes them. */
  readonly fetchesFiles?: boolean;
  /** Present when the kernels of workers do not see `WorkerSpec.filesDirectory`. */
  readonly remoteFolders?: RemoteFolders;

  /** Whether a worker cannot write more than its class allows into its folder. */
  enforcesStorage(volume: WorkerVolume): boolean;

  /** Who owns the files of a worker, so that its kernels may change them; undefined for the gateway's own user. */
  ownerOf?(workerId: string): FileOwner | undefined;

  /**
   * `null` when workers can be started now, else one sentence that says why not and what to do about it. Bounded: it
   * answers within 5 seconds also when the engine hangs.
   * @param profile also checks what the profile needs, e.g. its image
   */
  unavailableReason(profile?: WorkerProfile): Promise<string | null>;

  /**
   * Chooses the registered server of a new worker, in the transaction that inserts the row of the worker. Absent where
   * each worker has its own server.
   * @returns the id of its row; null for the configured server
   * @throws DomainError `runtime_unavailable` when no server can take the worker
   */
  assignServer?(tx: Prisma.TransactionClient, profile: WorkerProfile): Promise<string | null>;

  /**
   * Starts a server and waits until it answers. `report` takes a percentage (0 to 100) and a short message.
   * @throws DomainError `runtime_unavailable`, where `extra.reason` is an `ExitReason` if known, and what `signal` was
   *   aborted with; nothing runs on then
   */
  start(
    spec: WorkerSpec,
    report: (percent: number, message: string) => void,
    signal: AbortSignal,
  ): Promise<JupyterEndpoint>;

  /**
   * Stops and removes a server; idempotent, also for ids that were never started.
   * @throws DomainError `runtime_unavailable` when the engine does not answer, or processes of the server remain
   */
  stop(workerId: string): Promise<void>;

  /**
   * The servers that this backend still runs, by worker id. A restarted gateway finds its own workers with it. Servers
   * whose start was not finished are included without an endpoint, and those that have ended until they are stopped: what is
   * left of them says why. Those that are `unknown` become known in bounded time.
   * @throws DomainError `runtime_unavailable` when this cannot be known now
   */
  running(): Promise<RunningServers>;

  /**
   * What this backend has now. Unlike {@link WorkerBackend.running} it adopts nothing, removes nothing, and may be called
   * again and again while workers run.
   * @throws DomainError `runtime_unavailable` when this cannot be known now
   */
  inventory(): Promise<BackendInventory>;

  /** What a running worker uses; null when this cannot be known. */
  usage?(workerId: string): Promise<ResourceUsage | null>;

  /** Calls `listener` when a server ends by itself. @returns the function that removes the listener */
  onExit(listener: (exit: WorkerExit) => void): () => void;

  /**
   * Calls `listener` when the system ended a process of a worker because the worker had no memory left. That may have been
   * its server. @returns the function that removes the listener
   */
  onOutOfMemory?(listener: (workerId: string) => void): () => void;

  /** Releases handles and watchers; running servers stay as they are. */
  close(): Promise<void>;
}
