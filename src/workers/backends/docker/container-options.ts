import type { ContainerCreateOptions, HostConfig } from 'dockerode';
import type { FileOwner } from '../../backend.js';
import type { WorkerLimits, WorkerSpec } from '../../worker-spec.js';
import { type ContainerPaths, workFolder } from './container-access.js';
import { containerName, labelsOf } from './worker-labels.js';

const mebibyte = 1024 * 1024;
const homeFolder = '/home/worker';

/** What a worker's container gets besides the needs of the worker. */
export interface ContainerSurroundings {
  gatewayId: string;
  image: string;
  user: FileOwner;
  paths: ContainerPaths;
  /** The engine's CPU cores; it refuses limits above them. */
  cores: number;
  /** The network to join; undefined for none at all. */
  network: string | undefined;
}

/**
 * The container of a worker: no capabilities, no new privileges, a read-only root, and all limits of its class. The token is
 * in a file, because an engine shows environment variables and commands to everybody who may use it.
 * @see https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerCreate
 */
export function containerOptions(spec: WorkerSpec, around: ContainerSurroundings): ContainerCreateOptions {
  const { paths, user } = around;
  const environment = {
    ...spec.profile.environment,
    HOME: homeFolder,
    WORKER_ROOT: workFolder,
    WORKER_SOCKET: paths.socket,
    WORKER_TOKEN_FILE: paths.token,
    WORKER_WARM_IMPORTS: spec.profile.warmImports.join(','),
  };
  return {
    name: containerName(spec.workerId),
    Image: around.image,
    Labels: labelsOf(around.gatewayId, spec.workerId),
    User: `${user.uid}:${user.gid}`,
    Hostname: 'worker',
    WorkingDir: workFolder,
    Env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    HostConfig: {
      ...isolation(around),
      ...resources(spec.limits, around.cores),
      Mounts: paths.mounts,
      Tmpfs: temporaryFolders(spec.limits, user),
    },
  };
}

function isolation({ network }: ContainerSurroundings): HostConfig {
  return {
    NetworkMode: network ?? 'none',
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges'],
    ReadonlyRootfs: true,
    IpcMode: 'private',
    Init: true,
    // A container that ended is kept until its status was read, and a restarted one would have lost its kernels.
    RestartPolicy: { Name: 'no' },
    LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '2' } },
  };
}

function resources(limits: WorkerLimits, cores: number): HostConfig {
  const memory = limits.memoryMb * mebibyte;
  return {
    Memory: memory,
    // Equal to `Memory`: no swap.
    MemorySwap: memory,
    NanoCpus: Math.round(Math.min(limits.cpuLimit, cores) * 1e9),
    PidsLimit: limits.maxProcesses,
    ShmSize: limits.tmpStorageMb * mebibyte,
    // A kernel that crashes would leave a file as large as its memory among the user's files.
    Ulimits: [{ Name: 'core', Soft: 0, Hard: 0 }],
    DeviceRequests:
      limits.gpuCount > 0
        ? [{ Driver: '', Count: limits.gpuCount, Capabilities: [['gpu']], Options: {} }]
        : undefined,
  };
}

/** What is written into these folders counts as memory of the container. */
function temporaryFolders({ tmpStorageMb }: WorkerLimits, { uid, gid }: FileOwner): Record<string, string> {
  const common = `rw,noexec,nosuid,nodev,size=${tmpStorageMb}m`;
  return { '/tmp': `${common},mode=1777`, [homeFolder]: `${common},mode=0700,uid=${uid},gid=${gid}` };
}
