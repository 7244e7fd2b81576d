import { randomUUID } from 'node:crypto';
import type { WorkerSpec } from '../../worker-spec.js';

/** A worker that is never started: the API checks whether it admits it. */
export function smallWorker(): WorkerSpec {
  return {
    workerId: randomUUID(),
    filesDirectory: '',
    stateDirectory: '',
    limits: {
      cpuLimit: 0.1,
      memoryMb: 128,
      gpuCount: 0,
      workspaceStorageMb: 16,
      tmpStorageMb: 16,
      maxProcesses: 128,
    },
    profile: {
      id: 'check',
      runtime: 'dedicated',
      backend: 'kubernetes',
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
