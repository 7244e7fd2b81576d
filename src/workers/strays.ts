import type { PrismaClient } from '../../prisma/generated/client/client.js';
import { isUuid } from '../validation/validate.js';
import type { WorkerBackend } from './backend.js';
import { backendOf } from './backend-of.js';
import type { WorkerDirectories } from './worker-directories.js';
import type { WorkerShutdown } from './worker-shutdown.js';
import { liveStatuses } from './worker-status.js';

/** What {@link Strays} work with. */
export interface StraysDeps {
  prisma: PrismaClient;
  backends: WorkerBackend[];
  directories: WorkerDirectories;
  shutdown: WorkerShutdown;
  /** Whether this process started the server of a worker; it may have no row yet. */
  isOurs(workerId: string): boolean;
}

/**
 * Finds the servers and folders of workers that belong to no live worker, to no start, to no warm worker, and to no end that
 * goes on. They are what a killed process left behind, what an engine created late, or what a former owner of the runtime
 * started.
 */
export class Strays {
  readonly #deps: StraysDeps;

  constructor(deps: StraysDeps) {
    this.#deps = deps;
  }

  /**
   * Finds the workers whose servers are strays, among workers that have a server. A server is known to a backend only once its
   * worker has a row or is warm, so what is found in this order, first the servers and then the rows, cannot be one that starts.
   */
  async servers(workerIds: Iterable<string>): Promise<string[]> {
    const { prisma, shutdown, isOurs } = this.#deps;
    const ids = [...workerIds].filter(isUuid);
    if (ids.length === 0) return [];
    const rows = await prisma.worker.findMany({
      where: { id: { in: ids }, status: { in: [...liveStatuses] } },
      select: { id: true },
    });
    const claimed = new Set(rows.map(({ id }) => id));
    return ids.filter((id) => !claimed.has(id) && !isOurs(id) && !shutdown.isEnding(id));
  }

  /**
   * The workers on this machine whose folders are stray ones, with their backends as far as those are known. The folder of a
   * worker whose backend is not configured any more stays: nobody can say whether its server runs.
   * @param answered the backends that said which servers they have; the folder of a worker of another one stays, as it may run
   */
  async folders(answered: ReadonlySet<WorkerBackend>): Promise<Map<string, WorkerBackend | undefined>> {
    const { prisma, backends, directories, shutdown, isOurs } = this.#deps;
    const ids = await directories.workerIds();
    const rows = await prisma.worker.findMany({
      where: { id: { in: ids } },
      select: { id: true, status: true, backend: true, jupyterServerId: true },
    });
    const known = new Map(rows.map((row) => [row.id, row]));
    const found = new Map<string, WorkerBackend | undefined>();
    for (const id of ids) {
      const row = known.get(id);
      const backend = row && backendOf(row, backends);
      if (row && !backend) continue;
      const mayRunOn = backend ? [backend] : backends;
      if (row && liveStatuses.includes(row.status)) continue;
      if (isOurs(id) || shutdown.isEnding(id) || !mayRunOn.every((one) => answered.has(one))) continue;
      found.set(id, backend);
    }
    return found;
  }
}
