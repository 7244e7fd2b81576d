import type { PrismaClient } from '../../prisma/generated/client/client.js';
import type { GitStore, RemoteAccess, RemoteLimits } from '../engines/git/git-store.js';
import type { BranchIndexer } from '../notebooks/versions/branch-indexer.js';

/**
 * A branch that has diverged from the remote's branch of the same name. `ahead` and `behind` count commits; both are null
 * when the remote has the branch and this repository cannot have one of that name.
 */
export interface RemoteConflict {
  branch: string;
  ahead: number | null;
  behind: number | null;
}

/** What a sync uses. */
export interface SyncDeps {
  prisma: PrismaClient;
  git: GitStore;
  indexer: BranchIndexer;
  limits: RemoteLimits;
}

/** One sync of one repository. */
export interface SyncJob {
  repositoryId: string;
  access: RemoteAccess;
  /** Whether commits that the remote lacks are pushed to it. */
  push: boolean;
  /** Whether no sync has succeeded yet: then the repository adopts the remote's default branch. */
  isFirst: boolean;
  signal: AbortSignal;
  /** Called before a branch moves. */
  onMove(branch: string, oid: string): void;
  /**
   * Called before the remote's refs are recorded and before each push.
   * @throws when the remote was changed or removed meanwhile
   */
  confirm(): Promise<void>;
}
