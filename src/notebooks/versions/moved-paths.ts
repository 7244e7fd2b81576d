import type { PathChange } from '../../engines/git/git-store.js';

/** The paths from which and to which a commit renamed files. */
export function movedPaths(changes: readonly PathChange[]): Set<string> {
  return new Set(
    changes.flatMap(({ path, renamedFrom }) => (renamedFrom === undefined ? [] : [renamedFrom, path])),
  );
}
