import { DomainError } from '../errors.js';
import type { LiveWorkers } from './live-workers.js';
import type { WorkerDirectories } from './worker-directories.js';
import type { WorkerExit } from './worker-exit.js';
import type { WorkerRows } from './worker-rows.js';
import { liveStatuses } from './worker-status.js';

const missing = {
  reason: 'folder_missing',
  detail: "The worker's folder was removed; start a new worker, which gets the files of the branch.",
} as const;

/** `worker_not_live`: the folder of the worker was removed. */
export class FolderMissingError extends DomainError {
  constructor() {
    super('worker_not_live', missing.detail);
  }
}

/** Finds the workers whose folder somebody removed: no kernel can start there any more. */
export class FolderGuard {
  readonly #deps: {
    live: LiveWorkers;
    rows: WorkerRows;
    directories: WorkerDirectories;
    end(exit: WorkerExit): void;
  };

  /** @param deps.end ends a worker in the background, as if its server had ended */
  constructor(deps: {
    live: LiveWorkers;
    rows: WorkerRows;
    directories: WorkerDirectories;
    end(exit: WorkerExit): void;
  }) {
    this.#deps = deps;
  }

  /**
   * Checks that the folder of a live worker exists; a worker without one fails.
   * @throws FolderMissingError; DomainError `runtime_unavailable`
   */
  async check(workerId: string): Promise<void> {
    const { live, rows, directories, end } = this.#deps;
    const entry = live.get(workerId);
    if (!entry?.endpoint || !(await directories.isFilesMissing(workerId, entry))) return;
    const { reason, detail } = missing;
    // Without its key no start returns this worker any more.
    await rows.update(workerId, liveStatuses, { status: 'stopping', statusReason: reason, liveKey: null });
    end({ workerId, reason, detail });
    throw new FolderMissingError();
  }
}
