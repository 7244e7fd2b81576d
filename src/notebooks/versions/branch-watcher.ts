import type { Logger } from 'pino';
import type { GitStore } from '../../engines/git/git-store.js';
import { DomainError } from '../../errors.js';
import type { BranchIndexer } from './branch-indexer.js';

/** Notices commits that reach a branch from outside or by another process, as long as somebody watches it. */
export interface BranchWatcher {
  /**
   * Looks at the branch's tip at once, then once a second, and has the indexer bring the index up to it, which publishes
   * what is new. However many watch a branch, one looks. Returns the function that ends it; the last one ends the looking.
   */
  watch(repositoryId: string, branch: string): () => void;
}

interface Watched {
  watchers: number;
  tip: string | undefined;
  timer: NodeJS.Timeout | undefined;
}

const defaultIntervalMs = 1_000;

/** Makes a {@link BranchWatcher}. */
export function createBranchWatcher(deps: {
  git: GitStore;
  indexer: BranchIndexer;
  log: Logger;
  intervalMs?: number;
}): BranchWatcher {
  const { intervalMs = defaultIntervalMs } = deps;
  const branches = new Map<string, Watched>();

  async function look(repositoryId: string, branch: string, watched: Watched): Promise<void> {
    const repository = await deps.git.repository(repositoryId);
    const tip = await repository.resolveBranch(branch);
    if (tip === watched.tip) return;
    await deps.indexer.ensure(repositoryId, branch);
    watched.tip = tip;
  }

  function schedule(repositoryId: string, branch: string, watched: Watched, afterMs: number): void {
    watched.timer = setTimeout(() => {
      look(repositoryId, branch, watched)
        .catch((error) => {
          // A branch that is gone may come back; its subscribers are told by their own checks.
          if (error instanceof DomainError && error.code === 'not_found') return;
          deps.log.warn({ err: error, repositoryId, branch }, 'a branch could not be looked at');
        })
        .finally(() => {
          if (watched.watchers > 0) schedule(repositoryId, branch, watched, intervalMs);
        });
    }, afterMs);
    watched.timer.unref();
  }

  return {
    watch(repositoryId, branch) {
      const key = `${repositoryId}:${branch}`;
      const watched = branches.get(key) ?? { watchers: 0, tip: undefined, timer: undefined };
      watched.watchers++;
      if (watched.watchers === 1) {
        branches.set(key, watched);
        schedule(repositoryId, branch, watched, 0);
      }
      let ended = false;
      return () => {
        if (ended) return;
        ended = true;
        watched.watchers--;
        if (watched.watchers > 0) return;
        clearTimeout(watched.timer);
        branches.delete(key);
      };
    },
  };
}
