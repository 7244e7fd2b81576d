import { clockSlop, NewestFirst } from './commit-walk.js';
import type { Commit } from './git-types.js';

/**
 * Whether a commit is reachable from another: walks the newest first until all that is left is older than it.
 * @param most null is answered as soon as more commits than this were met
 */
export async function isAncestor(
  readCommit: (oid: string) => Promise<Commit>,
  ancestor: string,
  descendant: string,
  most: number,
): Promise<boolean | null> {
  const wanted = await readCommit(ancestor);
  const queue = new NewestFirst();
  const seen = new Set([descendant]);
  let slop = clockSlop;
  queue.push(await readCommit(descendant));
  for (let commit = queue.pop(); commit; commit = queue.pop()) {
    if (commit.oid === ancestor) return true;
    if (commit.committer.date < wanted.committer.date && --slop === 0) return false;
    for (const parent of commit.parents) {
      if (seen.has(parent)) continue;
      seen.add(parent);
      queue.push(await readCommit(parent));
    }
    if (seen.size > most) return null;
  }
  return false;
}
