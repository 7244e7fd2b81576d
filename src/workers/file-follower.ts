import type { Logger } from 'pino';
import type { Worker } from '../../prisma/generated/client/client.js';
import type { EventBus } from '../engines/events/event-bus.js';
import type { GitStore } from '../engines/git/git-store.js';
import { DomainError } from '../errors.js';
import type { BranchWatcher } from '../notebooks/versions/branch-watcher.js';
import { FollowedFolder } from './followed-folder.js';
import { syncFiles, type WorkerFolders } from './worker-files.js';

/** A worker whose folder follows its branch. */
export type FollowedWorker = Pick<Worker, 'id' | 'repositoryId' | 'branch' | 'backend' | 'jupyterServerId'>;

/** Keeps the folders of live workers at the tips of their branches, whoever moves the branches. */
export class FileFollower {
  readonly #followed = new Map<string, FollowedFolder>();

  readonly #deps: {
    git: GitStore;
    bus: EventBus;
    branches: BranchWatcher;
    log: Logger;
    foldersOf(worker: FollowedWorker): WorkerFolders;
    report(workerId: string, conflicts: string[]): Promise<unknown>;
  };

  /** @param deps.report called after each synchronization with the paths that differ from the branch */
  constructor(deps: {
    git: GitStore;
    bus: EventBus;
    branches: BranchWatcher;
    log: Logger;
    foldersOf(worker: FollowedWorker): WorkerFolders;
    report(workerId: string, conflicts: string[]): Promise<unknown>;
  }) {
    this.#deps = deps;
  }

  /** Brings the folder of a worker to the tip of its branch, now and each time the branch moves. */
  follow(worker: FollowedWorker): void {
    if (this.#followed.has(worker.id)) return;
    const { bus, branches } = this.#deps;
    const unwatch = branches.watch(worker.repositoryId, worker.branch);
    const unsubscribe = bus.subscribe('commit', worker.repositoryId, ({ branch }) => {
      if (branch === worker.branch) folder.update();
    });
    const folder = new FollowedFolder({
      synchronize: () => this.#synchronize(worker),
      unsubscribe() {
        unsubscribe();
        unwatch();
      },
    });
    this.#followed.set(worker.id, folder);
    folder.update();
  }

  /** Returns once nothing writes into the folder of the worker any more. */
  async unfollow(workerId: string): Promise<void> {
    const folder = this.#followed.get(workerId);
    this.#followed.delete(workerId);
    await folder?.close();
  }

  /** Unfollows all workers. */
  async close(): Promise<void> {
    await Promise.all([...this.#followed.keys()].map((workerId) => this.unfollow(workerId)));
  }

  /** Never throws. @returns false when the folder has not reached the tip and another attempt may help */
  async #synchronize(worker: FollowedWorker): Promise<boolean> {
    try {
      await this.#copyTip(worker);
      return true;
    } catch (error) {
      // A deleted branch leaves the worker with the files that it has.
      if (error instanceof DomainError && error.code === 'not_found') return true;
      this.#deps.log.warn(
        { err: error, workerId: worker.id },
        'a commit was not copied into the folder of a worker',
      );
      return false;
    }
  }

  async #copyTip(worker: FollowedWorker): Promise<void> {
    const repository = await this.#deps.git.repository(worker.repositoryId);
    const tip = await repository.resolveBranch(worker.branch);
    const { conflicts, failure } = await syncFiles(repository, tip, this.#deps.foldersOf(worker));
    await this.#deps.report(worker.id, conflicts);
    if (failure) throw failure;
  }
}
