import type { MountSettings } from 'dockerode';
import type { ServerConnection } from '../../../engines/kernels/jupyter-endpoint.js';
import type { FileOwner } from '../../backend.js';
import type { WorkerSpec } from '../../worker-spec.js';

/** What a container has of the gateway, and where. Absolute paths inside the container. */
export interface ContainerPaths {
  mounts: MountSettings[];
  /** Where the server creates its Unix socket. */
  socket: string;
  /** The file with the server's token. */
  token: string;
}

/** How the files, the token and the connections of workers reach their containers. */
export interface ContainerAccess {
  /** The user of the containers. */
  readonly user: FileOwner;
  /** Whether the containers do not see the folders of the gateway. */
  readonly isRemote: boolean;
  /** How long to wait between two questions whether a server answers, in milliseconds. */
  readonly pollMs: number;
  pathsFor(spec: Pick<WorkerSpec, 'workerId' | 'filesDirectory'>): ContainerPaths;
  /** Called once between the creation of a container and its start. @throws EngineError */
  prepare(containerId: string, token: string): Promise<void>;
  /** Opens a connection to the server of a worker. @throws Error within a bound */
  connect(workerId: string): Promise<ServerConnection>;
}

/** The folder with the files of the branch. */
export const workFolder = '/work';
