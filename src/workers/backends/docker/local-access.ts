import { join } from 'node:path';
import type { ServerConnection } from '../../../engines/kernels/jupyter-endpoint.js';
import type { FileOwner } from '../../backend.js';
import type { WorkerSpec } from '../../worker-spec.js';
import { bindMount } from './bind-mount.js';
import { connectWorkerSocket } from './connect-worker-socket.js';
import { type ContainerAccess, type ContainerPaths, workFolder } from './container-access.js';
import type { RunFolders } from './run-folders.js';

const socketFolder = '/run/worker';
const tokenFile = '/run/worker-token';
const socketName = 'jupyter.sock';

/** Access to containers of an engine on this machine: it binds folders of the gateway into them. */
export class LocalAccess implements ContainerAccess {
  readonly user: FileOwner;
  readonly isRemote = false;
  readonly pollMs = 50;
  readonly #folders: RunFolders;

  constructor(folders: RunFolders, user: FileOwner) {
    this.#folders = folders;
    this.user = user;
  }

  pathsFor({ workerId, filesDirectory }: Pick<WorkerSpec, 'workerId' | 'filesDirectory'>): ContainerPaths {
    const folder = this.#folders.of(workerId);
    return {
      mounts: [
        bindMount(filesDirectory, workFolder),
        bindMount(folder.socketFolder, socketFolder),
        { ...bindMount(folder.token, tokenFile), ReadOnly: true },
      ],
      socket: join(socketFolder, socketName),
      token: tokenFile,
    };
  }

  async prepare(): Promise<void> {
    // The token is bound in already.
  }

  connect(workerId: string): Promise<ServerConnection> {
    return connectWorkerSocket(join(this.#folders.of(workerId).socketFolder, socketName), this.user.uid);
  }
}
