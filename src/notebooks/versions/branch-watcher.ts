import type { Logger } from 'pino';
import type { GitStore } from '../../engines/git/git-store.js';
import { DomainError } from '../../errors.js';
import type { BranchIndexer } from './branch-indexer.js';

/** What {@link BranchWatcher} uses. */
export interface BranchWatcherDeps {
  git: GitStore;
  indexer: BranchIndexer;
  log: Logger;
  /** Milliseconds between two checks of a branch; default 1 s. */
  intervalMs?: number;
}

interface WatchedBranch {
  watchers: number;
  tip: string | undefined;
  timer: NodeJS.Timeout | undefined;
}

const defaultIntervalMs = 1_000;

/** Finds commits that another process, or a program outside the gateway, adds to a branch that somebody watches. */
export class BranchWatcher {
  readonly #deps: BranchWatcherDeps;
  readonly #branches = new Map<string, WatchedBranch>();

  constructor(deps: BranchWatcherDeps) {
    this.#deps = deps;
  }

  /**
   * Checks the branch's tip now and then once a second. When it has moved, the indexer updates the index and publishes
   * `commit`. All watchers of a branch share one check.
   * @returns a function that ends the watch; the checks end with the last watch
   */
  watch(repositoryId: string, branch: string): () => void {
    const key = `${repositoryId}:${branch}`;
    const watched = this.#branches.get(key) ?? { watchers: 0, tip: undefined, timer: undefined };
    watched.watchers++;
    if (watched.watchers === 1) {
      this.#branches.set(key, watched);
      this.#schedule(repositoryId, branch, watched, 0);
    }
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      watched.watchers--;
      if (watched.watchers > 0) return;
      clearTimeout(watched.timer);
      this.#branches.delete(key);
    };
  }

  #schedule(repositoryId: string, branch: string, watched: WatchedBranch, afterMs: number): void {
    const { log, intervalMs = defaultIntervalMs } = this.#deps;
    watched.timer = setTimeout(() => {
      this.#check(repositoryId, branch, watched)
        .catch((error) => {
          // A deleted branch may be created again; its subscriptions find out by their own checks.
          if (error instanceof DomainError && error.code === 'not_found') return;
          log.warn({ err: error, repositoryId, branch }, 'a branch could not be checked for new commits');
        })
        .finally(() => {
          if (watched.watchers > 0) this.#schedule(repositoryId, branch, watched, intervalMs);
        });
    }, afterMs);
    watched.timer.unref();
  }

  async #check(repositoryId: string, branch: string, watched: WatchedBranch): Promise<void> {
    const repository = await this.#deps.git.repository(repositoryId);
    const tip = await repository.resolveBranch(branch);
    if (tip === watched.tip) return;
    await this.#deps.indexer.ensure(repositoryId, branch);
    watched.tip = tip;
  }
}
