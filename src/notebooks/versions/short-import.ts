import type { PrismaClient } from '../../../prisma/generated/client/client.js';
import { uniqueViolation } from '../../engines/database/unique-violation.js';
import type { GitRepository } from '../../engines/git/git-store.js';
import { isNotebookPath } from '../file-kind.js';
import { pathHash } from '../path-hash.js';
import { type CommitChanges, importCommits } from './import-commits.js';
import { type IndexedBranch, IndexMoved, withinTransaction } from './index-db.js';
import { keepIdsApart } from './keep-ids-apart.js';
import { settleFiles } from './reconcile-files.js';
import { takeBack } from './remove-commits.js';

const mostCommits = 100;
const mostChanges = 500;

/** The few commits that lead from one tip to another. */
export interface ShortStep {
  /** Reachable from the old tip only; none unless it was a force push. */
  removed: CommitChanges[];
  added: CommitChanges[];
}

/** Collects a {@link ShortStep}; null when it is not short, or the old tip is gone. @throws DomainError `not_found` */
export async function readShortStep(
  git: GitRepository,
  indexed: string | null,
  tip: string,
): Promise<ShortStep | null> {
  if (indexed !== null && !(await git.isKnown(indexed))) return null;
  const added = await takeFew(git.history(indexed, tip));
  if (!added || indexed === null || (await git.isAncestor(indexed, tip)))
    return added && { removed: [], added };
  const removed = await takeFew(git.history(tip, indexed));
  return removed && { removed, added };
}

async function takeFew(history: AsyncIterable<CommitChanges>): Promise<CommitChanges[] | null> {
  const taken: CommitChanges[] = [];
  let changes = 0;
  for await (const entry of history) {
    taken.push(entry);
    changes += entry.changes.length;
    if (taken.length > mostCommits || changes > mostChanges) return null;
  }
  return taken;
}

/** Whether a step brings notebooks that are new to the branch: their ids may be those of the default branch. */
export async function bringsNotebooks(
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

/**
 * Brings an index from one tip to the next in one transaction.
 * @throws IndexMoved when it is not where it was
 */
export async function shortImport(
  deps: { prisma: PrismaClient; git: GitRepository },
  at: IndexedBranch,
  to: { indexed: string | null; tip: string; step: ShortStep },
): Promise<void> {
  const { git } = deps;
  const { repositoryId, branch } = at;
  const { added, removed } = to.step;
  try {
    await deps.prisma.$transaction(
      async (tx) => {
        const db = withinTransaction(tx);
        if (to.indexed === null) {
          await tx.branchIndex.create({ data: { repositoryId, branch, tipOid: to.tip } });
        } else {
          const moved = await tx.branchIndex.updateMany({
            where: { repositoryId, branch, tipOid: to.indexed, targetOid: null },
            data: { tipOid: to.tip },
          });
          if (moved.count !== 1) throw new IndexMoved();
        }
        const isForced = removed.length > 0;
        const base = isForced ? await takeBack(db, git, at, to.indexed!, removed) : to.indexed;
        await importCommits(db, git, at, added, { sizes: true });
        if (!isForced && !added.some(({ commit }) => commit.parents.length > 1)) return;
        const doubtful = base ? await git.differingPaths(base, to.tip) : [];
        for (const { changes } of added) for (const { path } of changes) doubtful.push(path);
        await settleFiles(db, git, at, to.tip, new Set(doubtful));
        await keepIdsApart(db, git, at, base);
      },
      { timeout: 60_000, maxWait: 30_000 },
    );
  } catch (error) {
    throw uniqueViolation(error) === 'BranchIndex_pkey' ? new IndexMoved() : error;
  }
}
