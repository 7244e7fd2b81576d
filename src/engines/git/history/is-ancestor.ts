import type { CommitLinks } from '../objects/commit-object.js';
import { clockSlop, NewestFirst } from './commit-walk.js';

/**
 * Whether a commit is reachable from one of others: walks the newest first until all that is left is older than it.
 * @param most null is answered as soon as more commits than this were met
 */
export async function isAncestor(
  readLinks: (oid: string) => Promise<CommitLinks>,
  ancestor: string,
  descendants: Iterable<string>,
  most: number,
): Promise<boolean | null> {
  const wanted = await readLinks(ancestor);
  const queue = new NewestFirst();
  const seen = new Set(descendants);
  let slop = clockSlop;
  for (const descendant of seen) queue.push(await readLinks(descendant));
  for (let commit = queue.pop(); commit; commit = queue.pop()) {
    if (commit.oid === ancestor) return true;
    if (commit.time < wanted.time && --slop === 0) return false;
    for (const parent of commit.parents) {
      if (seen.has(parent)) continue;
      seen.add(parent);
      queue.push(await readLinks(parent));
    }
    if (seen.size > most) return null;
  }
  return false;
}
