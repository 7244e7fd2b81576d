import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkerLimits, WorkerSpec } from '../../src/workers/worker-spec.js';

const limits: WorkerLimits = {
  cpuLimit: 2,
  memoryMb: 512,
  gpuCount: 0,
  workspaceStorageMb: 64,
  tmpStorageMb: 64,
  maxProcesses: 128,
};

/** What a worker of the profile `python3` needs, with its folders below `stateRoot`. */
export async function createSpec(
  stateRoot: string,
  changes: Partial<WorkerLimits> = {},
): Promise<WorkerSpec> {
  const workerId = randomUUID();
  const filesDirectory = join(stateRoot, workerId, 'files');
  const stateDirectory = join(stateRoot, workerId, 'state');
  await mkdir(filesDirectory, { recursive: true });
  await mkdir(stateDirectory, { recursive: true });
  return {
    ...{ workerId, filesDirectory, stateDirectory },
    limits: { ...limits, ...changes },
    profile: {
      id: 'python3',
      runtime: 'dedicated',
      backend: null,
      kernelName: 'python3',
      image: null,
      environment: {},
      warmImports: [],
      egress: false,
    },
    placement: { nodeSelector: {}, tolerations: [] },
    volume: { persistentVolume: null, storageClass: null },
  };
}
