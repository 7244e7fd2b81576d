import type { ContainerInfo } from 'dockerode';
import type { RunningStarts } from '../running-starts.js';
import type { RunFolders } from './run-folders.js';
import type { WorkerContainers } from './worker-containers.js';

/** What {@link PresentWorkers} look at. */
export interface PresentWorkersDeps {
  containers: Pick<WorkerContainers, 'list'>;
  folders: Pick<RunFolders, 'workerIds'>;
  starts: RunningStarts;
}

/** The workers that have something on an engine, or a folder for it. */
export class PresentWorkers {
  readonly #deps: PresentWorkersDeps;

  constructor(deps: PresentWorkersDeps) {
    this.#deps = deps;
  }

  /** The workers that have a container or a folder, and are not being started. @throws EngineError */
  async list(): Promise<Map<string, ContainerInfo | undefined>> {
    const { containers, folders, starts } = this.#deps;
    const found = await containers.list();
    // A folder without a container is what a gateway left that was killed between the two.
    const workerIds = new Set([...found.keys(), ...(await folders.workerIds())]);
    const present = [...workerIds].filter((workerId) => !starts.has(workerId));
    return new Map(present.map((workerId) => [workerId, found.get(workerId)]));
  }

  /** Whether a worker has a container or will; true while the engine does not answer, as it may still run it. */
  async mayRun(workerId: string): Promise<boolean> {
    if (this.#deps.starts.has(workerId)) return true;
    return this.#deps.containers.list().then(
      (found) => found.has(workerId),
      () => true,
    );
  }
}
