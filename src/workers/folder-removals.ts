import pLimit from 'p-limit';
import type { WorkerBackend } from './backend.js';
import type { WorkerDirectories } from './worker-directories.js';

const maxConcurrent = 8;

/** Removes the folders of workers in the background, those of 8 workers at a time: a large one may take minutes. */
export class FolderRemovals {
  readonly #limit = pLimit(maxConcurrent);
  readonly #underWay = new Map<string, Promise<boolean>>();

  readonly #deps: { directories: WorkerDirectories };

  constructor(deps: { directories: WorkerDirectories }) {
    this.#deps = deps;
  }

  /** Whether the folders of a worker are being removed, or wait for it. */
  has(workerId: string): boolean {
    return this.#underWay.has(workerId);
  }

  /** Joins a removal that goes on. Never rejects. @returns whether everything was removed */
  remove(workerId: string, backend: WorkerBackend | undefined): Promise<boolean> {
    const joined = this.#underWay.get(workerId);
    if (joined) return joined;
    const removed = this.#limit(() => this.#deps.directories.remove(workerId, backend)).finally(() =>
      this.#underWay.delete(workerId),
    );
    this.#underWay.set(workerId, removed);
    return removed;
  }

  /** Returns when no removal goes on any more. */
  async finish(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay.values());
  }
}
