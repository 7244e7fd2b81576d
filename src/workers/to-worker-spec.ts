import type { KernelProfile, ResourceClass, Worker } from '../../prisma/generated/client/client.js';
import type { WorkerFolders } from './worker-files.js';
import type {
  WorkerLimits,
  WorkerPlacement,
  WorkerProfile,
  WorkerSpec,
  WorkerVolume,
} from './worker-spec.js';

/** Classes that were snapshotted by earlier versions have only the first of these. */
type ClassSnapshot = WorkerLimits & WorkerPlacement & WorkerVolume;

const snapshotDefaults = {
  maxProcesses: 256,
  nodeSelector: {},
  tolerations: [],
  persistentVolume: null,
  storageClass: null,
};

/** The resource class of a worker as it was at its start. */
export function classSnapshot(worker: Pick<Worker, 'resourceClass'>): ResourceClass {
  return { ...snapshotDefaults, ...(worker.resourceClass as unknown as ResourceClass) };
}

/** What a kernel profile asks of its workers. Its JSON columns were checked when they were written. */
export function toWorkerProfile(row: KernelProfile): WorkerProfile {
  const { id, runtime, backend, kernelName, image, warmImports, egress } = row;
  const environment = row.environment as Record<string, string>;
  return { id, runtime, backend, kernelName, image, environment, warmImports, egress };
}

/**
 * What a backend needs to start a worker. The limits are those that the class had when the worker was requested; the
 * profile is the present one.
 */
export function toWorkerSpec(
  worker: Pick<Worker, 'id'> &
    Partial<Pick<Worker, 'userId' | 'jupyterServerId'>> & { resourceClass: unknown },
  profile: KernelProfile,
  folders: WorkerFolders,
): WorkerSpec {
  const snapshot = { ...snapshotDefaults, ...(worker.resourceClass as ClassSnapshot) };
  const { cpuLimit, memoryMb, gpuCount, workspaceStorageMb, tmpStorageMb, maxProcesses } = snapshot;
  const { nodeSelector, tolerations, persistentVolume, storageClass } = snapshot;
  return {
    workerId: worker.id,
    userId: worker.userId,
    filesDirectory: folders.files,
    stateDirectory: folders.state,
    limits: { cpuLimit, memoryMb, gpuCount, workspaceStorageMb, tmpStorageMb, maxProcesses },
    profile: toWorkerProfile(profile),
    placement: { nodeSelector, tolerations },
    volume: { persistentVolume, storageClass },
    jupyterServerId: worker.jupyterServerId,
  };
}
