import type { Backend, Runtime } from '../../prisma/generated/client/client.js';

/** What a worker may use. */
export interface WorkerLimits {
  /** In CPU cores; may be a fraction. */
  cpuLimit: number;
  /** In MiB. */
  memoryMb: number;
  /** The number of GPUs that it gets. */
  gpuCount: number;
  /** MiB for the files. */
  workspaceStorageMb: number;
  /** MiB for temporary files. */
  tmpStorageMb: number;
  /** The maximum number of processes and threads. */
  maxProcesses: number;
}

/** What a kernel profile asks of a worker. */
export interface WorkerProfile {
  id: string;
  runtime: Runtime;
  /** The backend of a `dedicated` profile; null for the first one that is offered. */
  backend: Backend | null;
  /** Jupyter's kernelspec name. */
  kernelName: string;
  /** The container image; null for the configured one. */
  image: string | null;
  /** Environment variables for the server and its kernels. */
  environment: Record<string, string>;
  /** Python modules that each new kernel imports before its first cell. */
  warmImports: string[];
  /** Whether the worker may reach the network. */
  egress: boolean;
}

/** A taint that pods tolerate. @see https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/ */
export interface Toleration {
  key?: string;
  operator?: 'Exists' | 'Equal';
  value?: string;
  effect?: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
}

/** The nodes that a cluster may choose for a worker. */
export interface WorkerPlacement {
  /** Labels that the node must have. */
  nodeSelector: Record<string, string>;
  tolerations: Toleration[];
}

/** On what disk a cluster keeps the files of a worker. */
export interface WorkerVolume {
  /**
   * Whether they are on a volume of their own, which a claim asks for; null for yes where a StorageClass is named here or
   * in the configuration.
   */
  persistentVolume: boolean | null;
  /** The StorageClass of the volume; null for the configured one, or else that of the cluster. */
  storageClass: string | null;
}

/** The `requirements.txt` of a worker. */
export interface WorkerRequirements {
  /** The id of the workspace. What is installed for one is never used for another. */
  scope: string;
  text: string;
}

/** What a new worker fetches its files with. */
export interface WorkerCheckout {
  /** The path of the repository on the gateway, e.g. `/git/demo/first.git`. */
  path: string;
  commitOid: string;
  /** Fetches from this repository while the worker starts, and allows nothing else. */
  token: string;
}

/** What a backend needs to start a worker. */
export interface WorkerSpec {
  /**
   * The worker's UUID; backends label the processes, containers or pods that they start with it, to find them again.
   */
  workerId: string;
  /** The user who starts it: starts are shared between the users. Absent for workers that have no user yet. */
  userId?: string;
  /**
   * Absolute path of the folder that is the Jupyter server's root. It already contains the files of the branch, unless
   * the backend has {@link WorkerBackend.remoteFolders}.
   */
  filesDirectory: string;
  /** Absolute path of the worker's own folder for logs and runtime files; kernels never see it. */
  stateDirectory: string;
  limits: WorkerLimits;
  profile: WorkerProfile;
  placement: WorkerPlacement;
  volume: WorkerVolume;
  /** The registered server that it uses; by default the configured one, or a server of its own. */
  jupyterServerId?: string | null;
  /** For backends that install it: the packages that the branch asks for. Absent when it asks for none. */
  requirements?: WorkerRequirements;
  /** For backends that fetch the files themselves. Absent for workers that have no branch yet. */
  checkout?: WorkerCheckout;
}
