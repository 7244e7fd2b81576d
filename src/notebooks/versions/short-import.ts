import type { PrismaClient } from '../../../prisma/generated/client/client.js';
import { uniqueViolation } from '../../engines/database/unique-violation.js';
import type { GitRepository } from '../../engines/git/git-store.js';
import type { CommitChanges } from './commit-changes.js';
import { importCommits } from './import-commits.js';
import { mergedAmong } from './import-step.js';
import { type Db, type IndexDb, type IndexedBranch, IndexMoved, withinTransaction } from './index-db.js';
import { keepIdsApart } from './keep-ids-apart.js';
import { PendingFiles } from './pending-files.js';
import { reconcileFiles } from './reconcile-files.js';
import { removeCommits } from './remove-commits.js';
import type { ShortStep } from './short-step.js';
import { writeFiles } from './write-files.js';

/** A {@link ShortStep} with its two ends. */
export interface ShortImportJob {
  /** The commit up to which the index is complete; null when there is no index yet. */
  indexed: string | null;
  tip: string;
  step: ShortStep;
}

/**
 * Imports a short step into the index of a branch, in one transaction.
 * @throws IndexMoved when the index is at another commit than the job says
 */
export async function shortImport(
  deps: { prisma: PrismaClient; git: GitRepository },
  at: IndexedBranch,
  job: ShortImportJob,
): Promise<void> {
  try {
    await deps.prisma.$transaction(
      async (tx) => {
        await moveIndex(tx, at, job);
        await importStep(withinTransaction(tx), deps.git, at, job);
      },
      { timeout: 60_000, maxWait: 30_000 },
    );
  } catch (error) {
    throw uniqueViolation(error) === 'BranchIndex_pkey' ? new IndexMoved() : error;
  }
}

async function moveIndex(
  tx: Db,
  { repositoryId, branch }: IndexedBranch,
  { indexed, tip }: ShortImportJob,
): Promise<void> {
  if (indexed === null) {
    await tx.branchIndex.create({ data: { repositoryId, branch, tipOid: tip } });
    return;
  }
  const { count } = await tx.branchIndex.updateMany({
    where: { repositoryId, branch, tipOid: indexed, targetOid: null },
    data: { tipOid: tip },
  });
  if (count !== 1) throw new IndexMoved();
}

async function importStep(
  db: IndexDb,
  git: GitRepository,
  at: IndexedBranch,
  { indexed, tip, step: { added, removed } }: ShortImportJob,
): Promise<void> {
  const isForced = removed.length > 0;
  const base = isForced ? await removeCommits(db, git, at, { indexed: indexed!, removed }) : indexed;
  const pending = new PendingFiles();
  const isMerged = mergedAmong(added, tip);
  await importCommits(db, git, at, { commits: added, tip, isMerged }, pending);
  await writeFiles(db, git, at, pending, { sizes: true });
  if (!isForced && !added.some(isMerge)) return;
  const paths = base ? await git.differingPaths(base, tip) : [];
  for (const { changes } of added) for (const { path } of changes) paths.push(path);
  await reconcileFiles(db, git, at, tip, new Set(paths));
  await keepIdsApart(db, git, at, base);
}

function isMerge({ commit }: CommitChanges): boolean {
  return commit.parents.length > 1;
}
