import type { Commit, PathChange } from '../../engines/git/git-store.js';

/** A commit with the files that it changed. */
export interface CommitChanges {
  commit: Commit;
  changes: PathChange[];
}
