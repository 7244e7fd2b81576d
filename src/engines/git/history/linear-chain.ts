import type { CommitLinks } from '../objects/commit-object.js';
import type { ObjectStore } from '../objects/object-store.js';
import { readLinks } from '../objects/read-commit.js';

/** Reading so many cached commits takes less time than starting a process of git. */
const maxCommits = 128;

/**
 * The commits after `from` (null: from the first one on) up to `to`, oldest first, where each of them has one parent. A
 * branch grows like this by saves and by ordinary pushes, and after each of them the new commits are read.
 * @returns null when there is no such chain, or it has more than 128 commits; native git then has to find out
 * @throws DomainError `not_found`
 */
export async function linearChain(
  objects: ObjectStore,
  from: string | null,
  to: string,
): Promise<CommitLinks[] | null> {
  const chain: CommitLinks[] = [];
  for (let oid: string | undefined = to; oid !== (from ?? undefined); ) {
    if (oid === undefined || chain.length === maxCommits) return null;
    const commit: CommitLinks = await readLinks(objects, oid);
    if (commit.parents.length > 1) return null;
    chain.push(commit);
    oid = commit.parents[0];
  }
  return chain.reverse();
}
