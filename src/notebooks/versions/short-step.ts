import type { PrismaClient } from '../../../prisma/generated/client/client.js';
import type { GitRepository } from '../../engines/git/git-store.js';
import { isNotebookPath } from '../file-kind.js';
import { pathHash } from '../path-hash.js';
import type { CommitChanges } from './commit-changes.js';
import type { IndexedBranch } from './index-db.js';

const maxCommits = 100;
const maxChanges = 500;

/** The few commits between two tips of a branch. */
export interface ShortStep {
  /** Reachable from the old tip only: empty, except after a force push. */
  removed: CommitChanges[];
  /** Reachable from the new tip only. */
  added: CommitChanges[];
}

/**
 * Reads the step from an indexed commit to a tip.
 * @param indexed null: from the beginning of the history
 * @returns null when it is long (over 100 commits or 500 changes), or when Git no longer has the indexed commit
 * @throws DomainError `not_found`
 */
export async function readShortStep(
  git: GitRepository,
  indexed: string | null,
  tip: string,
): Promise<ShortStep | null> {
  if (indexed !== null && !(await git.isKnown(indexed))) return null;
  const added = await readFew(git.history(indexed, tip));
  if (!added || indexed === null || (await git.isAncestor(indexed, tip)))
    return added && { removed: [], added };
  const removed = await readFew(git.history(tip, indexed));
  return removed && { removed, added };
}

async function readFew(history: AsyncIterable<CommitChanges>): Promise<CommitChanges[] | null> {
  const entries: CommitChanges[] = [];
  let changes = 0;
  for await (const entry of history) {
    entries.push(entry);
    changes += entry.changes.length;
    if (entries.length > maxCommits || changes > maxChanges) return null;
  }
  return entries;
}

/** Whether a step adds notebooks that are new to the branch, so that the ids of the default branch are needed. */
export async function addsNotebooks(
  prisma: PrismaClient,
  { repositoryId, branch }: IndexedBranch,
  { added }: ShortStep,
): Promise<boolean> {
  const changed = added.flatMap(({ changes }) => changes.flatMap(({ path, oid }) => (oid ? [path] : [])));
  const notebooks = [...new Set(changed.filter(isNotebookPath))];
  if (notebooks.length === 0) return false;
  const known = await prisma.branchFile.count({
    where: { repositoryId, branch, pathHash: { in: notebooks.map(pathHash) } },
  });
  return known < notebooks.length;
}
