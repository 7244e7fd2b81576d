import type { Backend } from '../../prisma/generated/client/client.js';
import type { JupyterEndpoint } from '../engines/kernels/jupyter-endpoint.js';
import type { WorkerFolder } from './worker-folder.js';

/** What a backend needs to start a worker. */
export interface WorkerSpec {
  /**
   * The worker's UUID; backends label the processes, containers or pods that they start with it, to find them again.
   */
  workerId: string;
  /**
   * Absolute path of the folder that is the Jupyter server's root. It already contains the files of the branch, unless
   * the backend has {@link WorkerBackend.remoteFolders}.
   */
  filesDirectory: string;
  /** Absolute path of the worker's own folder for logs and runtime files; kernels never see it. */
  stateDirectory: string;
  /** In CPU cores; may be a fraction. */
  cpuLimit: number;
  /** In MiB. */
  memoryMb: number;
}

/** Why a worker ended by itself, in a word that clients may test. */
export type ExitReason = 'out_of_memory' | 'start_timeout' | 'image_missing' | 'exited' | 'lost';

/** The end of a worker that nobody stopped. */
export interface WorkerExit {
  workerId: string;
  reason: ExitReason;
  /** One safe sentence: no host path, no token, no upstream text. */
  detail: string;
}

/** Access to the folders of workers, while they run, on servers whose disk the gateway cannot reach. */
export interface RemoteFolders {
  /**
   * Opens the folder of a started worker; creates it if it does not exist.
   * @throws DomainError `runtime_unavailable`
   */
  open(workerId: string, signal?: AbortSignal): Promise<WorkerFolder>;
  /**
   * Removes the folder of a worker, as far as the server allows it; idempotent.
   * @throws DomainError `runtime_unavailable`
   */
  remove(workerId: string): Promise<void>;
}

/**
 * One way to run Jupyter servers. To add one: implement this, pass the contract suite in
 * `test/workers/backend-contract.ts`, and register it in `src/app/create-backends.ts`.
 */
export interface WorkerBackend {
  readonly kind: Backend;
  /** Whether each worker has its own server, which ends with it; if not, its kernels must be ended one by one. */
  readonly ownsServers: boolean;
  /** Present when the kernels of workers do not see `WorkerSpec.filesDirectory`. */
  readonly remoteFolders?: RemoteFolders;

  /** `null` when workers can be started now, else one sentence that says why not and what to do about it. */
  unavailableReason(): Promise<string | null>;

  /**
   * Starts a server and waits until it answers. `report` takes a percentage (0 to 100) and a short message.
   * @throws DomainError `runtime_unavailable`, and what `signal` was aborted with; nothing runs on then
   */
  start(
    spec: WorkerSpec,
    report: (percent: number, message: string) => void,
    signal: AbortSignal,
  ): Promise<JupyterEndpoint>;

  /** Stops and removes a server; idempotent, also for ids that were never started. */
  stop(workerId: string): Promise<void>;

  /** The servers that this backend still runs, by worker id. A restarted gateway finds its own workers with it. */
  running(): Promise<Map<string, JupyterEndpoint>>;

  /** Calls `listener` when a server ends by itself. @returns the function that removes the listener */
  onExit(listener: (exit: WorkerExit) => void): () => void;

  /** Releases handles and watchers; running servers stay as they are. */
  close(): Promise<void>;
}
