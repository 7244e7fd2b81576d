import type { ContainerCreateOptions, ContainerInspectInfo } from 'dockerode';
import type { FileOwner } from '../../backend.js';
import type { WorkerSpec } from '../../worker-spec.js';
import { packagesFolder } from '../environments/pip-program.js';
import { type ContainerPaths, workFolder } from './container-access.js';
import { hostLimits } from './host-limits.js';
import type { InstalledPackages } from './installed-packages.js';
import { containerName, labelsOf } from './worker-labels.js';

const homeFolder = '/home/worker';
/** The environment variables of the gateway's own, in the form of an engine. */
const ownVariable = /^(?:HOME|WORKER_(?:PACKAGES|ROOT|SOCKET|TOKEN_FILE|WARM_IMPORTS))=/;

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
  /** The packages that the branch asks for; undefined for none. */
  packages: InstalledPackages | undefined;
}

/**
 * The container of a worker, with all limits of its class. The token is in a file, because an engine shows environment
 * variables and commands to everybody who may use it.
 */
export function containerOptions(spec: WorkerSpec, around: ContainerSurroundings): ContainerCreateOptions {
  const { paths, user, packages, cores, network } = around;
  const environment = {
    ...spec.profile.environment,
    ...(packages && { WORKER_PACKAGES: packagesFolder }),
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
      ...hostLimits({ limits: spec.limits, user, cores, network, homeFolder }),
      Mounts: [...paths.mounts, ...(packages ? [packages.mount] : [])],
    },
  };
}

/** The values of the environment variables of a worker's container that its profile, or its image, has. */
export function profileValuesOf({ Config }: Pick<ContainerInspectInfo, 'Config'>): string[] {
  const variables = Config.Env.filter((variable) => !ownVariable.test(variable));
  return variables.map((variable) => variable.slice(variable.indexOf('=') + 1));
}
