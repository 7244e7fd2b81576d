import type { Logger } from 'pino';
import type { Worker } from '../../prisma/generated/client/client.js';
import type { EventBus } from '../engines/events/event-bus.js';
import type { GitStore } from '../engines/git/git-store.js';
import { DomainError } from '../errors.js';
import type { BranchWatcher } from '../notebooks/versions/branch-watcher.js';
import { syncFiles, type WorkerFolders } from './worker-files.js';

/** What is known of a worker whose folder follows its branch. */
export type FollowedWorker = Pick<Worker, 'id' | 'repositoryId' | 'branch' | 'backend'>;

/** Keeps the folders of live workers at the tips of their branches, whoever moves those. */
export interface FileFollower {
  /** Brings a worker's folder up to its branch's tip, now and each time the branch moves. */
  follow(worker: FollowedWorker): void;
  /** Returns once nothing is written into the folder any more. */
  unfollow(workerId: string): Promise<void>;
  close(): Promise<void>;
}

interface Followed {
  /** The run under way; one more is owed when the branch moved during it. */
  running: Promise<void> | undefined;
  isOwed: boolean;
  isOver: boolean;
  /** How many runs in a row failed, and the timer of the next try. */
  failures: number;
  retry: NodeJS.Timeout | undefined;
  stop(): void;
}

const firstRetryMs = 1_000;
const longestRetryMs = 60_000;

/**
 * Makes a {@link FileFollower}. However often a branch moves, a worker has one run under way and at most one to come.
 * What fails is tried again, ever more seldom, also when the branch does not move.
 * @param deps.report told after each run which paths are not as the branch has them
 */
export function createFileFollower(deps: {
  git: GitStore;
  bus: EventBus;
  branches: BranchWatcher;
  log: Logger;
  folders(worker: FollowedWorker): WorkerFolders;
  report(workerId: string, conflicts: string[]): Promise<unknown>;
}): FileFollower {
  const { git, bus, branches, log } = deps;
  const followed = new Map<string, Followed>();

  async function lay(worker: FollowedWorker): Promise<void> {
    const { id, repositoryId, branch } = worker;
    const repository = await git.repository(repositoryId);
    const tip = await repository.resolveBranch(branch);
    const { conflicts, failure } = await syncFiles(repository, tip, deps.folders(worker));
    await deps.report(id, conflicts);
    if (failure) throw failure;
  }

  function retryLater(worker: FollowedWorker, entry: Followed): void {
    const delay = Math.min(firstRetryMs * 2 ** entry.failures, longestRetryMs);
    entry.failures++;
    entry.retry = setTimeout(() => run(worker, entry), delay);
    entry.retry.unref();
  }

  function run(worker: FollowedWorker, entry: Followed): void {
    if (entry.isOver) return;
    if (entry.running) {
      entry.isOwed = true;
      return;
    }
    clearTimeout(entry.retry);
    entry.running = lay(worker)
      .then(() => {
        entry.failures = 0;
      })
      .catch((error) => {
        // A deleted branch leaves the worker with the files that it has.
        if (error instanceof DomainError && error.code === 'not_found') return;
        log.warn({ err: error, workerId: worker.id }, 'a commit was not laid into a worker');
        if (!entry.isOver) retryLater(worker, entry);
      })
      .then(() => {
        entry.running = undefined;
        if (!entry.isOwed) return;
        entry.isOwed = false;
        run(worker, entry);
      });
  }

  async function unfollow(workerId: string): Promise<void> {
    const entry = followed.get(workerId);
    if (!entry) return;
    followed.delete(workerId);
    entry.isOver = true;
    entry.stop();
    await entry.running;
  }

  return {
    follow(worker) {
      if (followed.has(worker.id)) return;
      const entry: Followed = {
        running: undefined,
        isOwed: false,
        isOver: false,
        failures: 0,
        retry: undefined,
        stop: () => {},
      };
      const unwatch = branches.watch(worker.repositoryId, worker.branch);
      const unsubscribe = bus.subscribe('commit', worker.repositoryId, ({ branch }) => {
        if (branch === worker.branch) run(worker, entry);
      });
      entry.stop = () => {
        unsubscribe();
        unwatch();
        clearTimeout(entry.retry);
      };
      followed.set(worker.id, entry);
      run(worker, entry);
    },
    unfollow,
    async close() {
      await Promise.all([...followed.keys()].map(unfollow));
    },
  };
}
