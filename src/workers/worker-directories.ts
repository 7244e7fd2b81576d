import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { PrismaClient, Worker } from '../../prisma/generated/client/client.js';
import { JupyterContents } from '../engines/kernels/jupyter-contents.js';
import { JupyterRest } from '../engines/kernels/jupyter-rest.js';
import { isUuid } from '../validation/validate.js';
import type { WorkerBackend } from './backend.js';
import { backendOf } from './backend-of.js';
import { ServerRecords } from './backends/external/server-records.js';
import { hasCode } from './has-code.js';
import type { WorkerServer } from './live-worker.js';
import { removeTree } from './remove-tree.js';
import type { WorkerFolders } from './worker-files.js';

/** What {@link WorkerDirectories} work with. */
export interface WorkerDirectoriesDeps {
  prisma: Pick<PrismaClient, 'session'>;
  directory: string;
  backends: WorkerBackend[];
  log: Logger;
}

/** One directory for each worker, named by its id; it holds what {@link WorkerFolders} describes. */
export class WorkerDirectories {
  readonly #deps: WorkerDirectoriesDeps;

  constructor(deps: WorkerDirectoriesDeps) {
    this.#deps = deps;
  }

  /** Whether the folder of a ready worker was removed. @throws DomainError `runtime_unavailable` */
  async isFilesMissing(workerId: string, { backend, endpoint }: WorkerServer): Promise<boolean> {
    // Without a folder of its own it works in a mounted one, which its kernels cannot remove.
    if (backend.remoteFolders && !endpoint?.folder) return false;
    if (backend.remoteFolders && endpoint?.folder)
      return new JupyterContents(new JupyterRest(endpoint)).lacksFolder(endpoint.folder);
    return stat(join(this.directoryOf(workerId), 'files')).then(
      () => false,
      (error) => hasCode(error, 'ENOENT', 'ENOTDIR'),
    );
  }

  /** The folders of a worker; they need not exist yet. */
  foldersOf(worker: Pick<Worker, 'id' | 'backend' | 'jupyterServerId'>): WorkerFolders {
    const { id } = worker;
    const runner = backendOf(worker, this.#deps.backends);
    const remote = runner?.remoteFolders;
    const directory = this.directoryOf(id);
    return {
      files: join(directory, 'files'),
      state: join(directory, 'state'),
      owner: runner?.ownerOf?.(id),
      openRemote: remote && ((signal) => remote.open(id, signal)),
    };
  }

  /** The workers that have folders on this machine. */
  async workerIds(): Promise<string[]> {
    const entries = await readdir(this.#deps.directory, { withFileTypes: true }).catch(() => []);
    return entries.filter((entry) => entry.isDirectory() && isUuid(entry.name)).map(({ name }) => name);
  }

  /**
   * Removes the folders of a worker that has ended, also what it left on its server; logs what could not be removed. The folder
   * of a local server is kept as long as its record says that it may run, as where local workers are not offered any more; the
   * one of another worker as long as something is left on its server.
   * @returns whether everything was removed
   */
  async remove(workerId: string, backend: WorkerBackend | undefined): Promise<boolean> {
    const folder = this.directoryOf(workerId);
    if (await new ServerRecords(this.#deps.directory).read(workerId)) {
      this.#deps.log.warn(
        { workerId, folder },
        'the folder of a worker is kept, as a local server may run in it: offer local workers again, or end it and remove both',
      );
      return false;
    }
    try {
      if (backend) await this.#removeRemote(workerId, backend);
      // Last: the local folder shows that something is left to remove, to a later look for strays, also after a crash.
      await removeTree(folder);
      return true;
    } catch (err) {
      this.#deps.log.warn({ err, workerId }, 'the folder of a worker was not removed');
      return false;
    }
  }

  async #removeRemote(workerId: string, { remoteFolders, ownsServers }: WorkerBackend): Promise<void> {
    if (!remoteFolders) return;
    const where = { workerId, kernelId: { not: null } };
    const sessions = ownsServers
      ? []
      : await this.#deps.prisma.session.findMany({ where, select: { kernelId: true } });
    await remoteFolders.remove(
      workerId,
      sessions.map(({ kernelId }) => kernelId!),
    );
  }

  /** The folder on this machine that holds all of a worker. */
  directoryOf(workerId: string): string {
    return join(this.#deps.directory, workerId);
  }
}
