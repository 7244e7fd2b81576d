import type { JupyterEndpoint } from '../engines/kernels/jupyter-endpoint.js';
import type { WorkerFolder } from './worker-folder.js';

/** Where workers run. The first configured one is the default. */
export const backendKinds = ['docker', 'kubernetes', 'external'] as const;

/** One of {@link backendKinds}. */
export type BackendKind = (typeof backendKinds)[number];

/** What a worker is given: its folder already holds the files of the branch, unless the backend has remote folders. */
export interface WorkerSpec {
  /** The worker's UUID; backends label what they start with it, to find it again. */
  workerId: string;
  /** Absolute path of the folder that is the Jupyter server's root. */
  filesDirectory: string;
  /** Absolute path of a folder of the worker's own for logs and runtime files; never shown to the kernel's user. */
  stateDirectory: string;
  cpuLimit: number;
  memoryMb: number;
}

/** Why a worker is gone, in a word that clients may test. */
export type ExitReason = 'out_of_memory' | 'start_timeout' | 'image_missing' | 'exited' | 'lost';

/** Told when a worker ends that nobody asked to stop. */
export interface WorkerExit {
  workerId: string;
  reason: ExitReason;
  /** One safe sentence: no host path, no token, no upstream text. */
  detail: string;
}

/** The folders of workers on servers whose disk is out of reach, which a backend gives access to while they run. */
export interface RemoteFolders {
  /** Opens a started worker's folder; makes it where it is not there. @throws DomainError `runtime_unavailable` */
  open(workerId: string, signal?: AbortSignal): Promise<WorkerFolder>;
  /** Removes a worker's folder, as far as that is possible; idempotent. @throws DomainError `runtime_unavailable` */
  remove(workerId: string): Promise<void>;
}

/**
 * One way to run Jupyter servers. To add one: implement this, pass the contract suite in
 * `test/workers/backend-contract.ts`, and register it in `src/app/create-backends.ts`.
 */
export interface WorkerBackend {
  readonly kind: BackendKind;
  /** Whether each worker has a server of its own that ends with it; else its kernels are to be ended one by one. */
  readonly ownsServers: boolean;
  /** How the files of workers are reached where `WorkerSpec.filesDirectory` is not what their kernels see. */
  readonly remoteFolders?: RemoteFolders;

  /** `null` when workers can be started now, else one sentence that says why not and what to do. */
  unavailableReason(): Promise<string | null>;

  /**
   * Starts a server and waits until it answers. `report` takes a percentage (0 to 100) and a short message.
   * @throws DomainError `runtime_unavailable`; nothing is left running then, nor after `signal` aborts.
   */
  start(
    spec: WorkerSpec,
    report: (percent: number, message: string) => void,
    signal: AbortSignal,
  ): Promise<JupyterEndpoint>;

  /** Stops and removes a server; idempotent, also for ids that were never started. */
  stop(workerId: string): Promise<void>;

  /** The servers that this backend still runs, by worker id: how a restarted gateway finds its own again. */
  running(): Promise<Map<string, JupyterEndpoint>>;

  /** Calls back when a server ends by itself. Returns the function that stops watching. */
  onExit(listener: (exit: WorkerExit) => void): () => void;

  /** Releases handles and watchers; running servers stay as they are. */
  close(): Promise<void>;
}
