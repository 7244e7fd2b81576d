import type { HostConfig } from 'dockerode';
import type { FileOwner } from '../../backend.js';
import type { WorkerLimits } from '../../worker-spec.js';

const mebibyte = 1024 * 1024;

/** What limits a container, beside its worker's class. */
export interface HostLimits {
  limits: Omit<WorkerLimits, 'workspaceStorageMb'>;
  user: FileOwner;
  /** The engine's CPU cores; it refuses limits above them. */
  cores: number;
  /** The network to join; undefined for none at all. */
  network: string | undefined;
  /** Where the home folder of its user is, in memory; undefined for none. */
  homeFolder?: string;
}

/**
 * No capabilities, no new privileges, a read-only root, and all limits: for every container that runs what users wrote.
 * @see https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerCreate
 */
export function hostLimits(of: HostLimits): HostConfig {
  return {
    ...isolation(of.network),
    ...resources(of.limits, of.cores),
    Tmpfs: temporaryFolders(of),
  };
}

function isolation(network: string | undefined): HostConfig {
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

function resources(limits: HostLimits['limits'], cores: number): HostConfig {
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
function temporaryFolders({ limits, user, homeFolder }: HostLimits): Record<string, string> {
  const common = `rw,noexec,nosuid,nodev,size=${limits.tmpStorageMb}m`;
  const temporary = { '/tmp': `${common},mode=1777` };
  return homeFolder === undefined
    ? temporary
    : { ...temporary, [homeFolder]: `${common},mode=0700,uid=${user.uid},gid=${user.gid}` };
}
