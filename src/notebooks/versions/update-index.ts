import { setTimeout as sleep } from 'node:timers/promises';
import type { PrismaClient } from '../../../prisma/generated/client/client.js';
import type { Leases } from '../../engines/database/leases.js';
import type { RowLoader } from '../../engines/database/row-loader.js';
import type { GitRepository } from '../../engines/git/git-store.js';
import { DomainError } from '../../errors.js';
import { type IndexedBranch, IndexMoved } from './index-db.js';
import { LongImport } from './long-import.js';
import { shortImport } from './short-import.js';
import { addsNotebooks, readShortStep } from './short-step.js';

const maxRaces = 20;
const pollMs = 500;

/** What {@link updateIndex} uses. */
export interface UpdateDeps {
  prisma: PrismaClient;
  git: GitRepository;
  leases: Leases;
  rows: RowLoader;
  /** Ends a long import between two steps. */
  signal: AbortSignal;
  /**
   * Updates the index of the default branch to its tip, without a limit of time. It does nothing when that update waits for
   * this one.
   */
  updateDefault(defaultBranch: string): Promise<void>;
  /** Called each time the index has reached a commit. */
  onReached(commitOid: string): void;
}

/**
 * Updates the index of a branch to its tip: few commits in one transaction, many in several, by one process at a time.
 * While another process imports, it waits.
 * @returns the tip up to which the index is complete
 * @throws DomainError `storage_unavailable` after 20 conflicts with other processes
 */
export async function updateIndex(deps: UpdateDeps, repositoryId: string, branch: string): Promise<string> {
  for (let races = 0; races < maxRaces; ) {
    deps.signal.throwIfAborted();
    try {
      const tip = await advanceIndex(deps, repositoryId, branch);
      if (tip) return tip;
    } catch (error) {
      if (!(error instanceof IndexMoved)) throw error;
      races += 1;
      await sleep(Math.random() * 20 * races);
    }
  }
  throw new DomainError(
    'storage_unavailable',
    'The repository cannot be read or written now; try again later.',
    {
      retryAfterSeconds: 5,
      cause: new Error('Other processes kept changing the index.'),
    },
  );
}

/** One attempt. @returns the tip if the index is complete up to it now, else null */
async function advanceIndex(deps: UpdateDeps, repositoryId: string, branch: string): Promise<string | null> {
  const { prisma, git } = deps;
  const tip = await git.resolveBranch(branch);
  const row = await prisma.branchIndex.findUnique({
    where: { repositoryId_branch: { repositoryId, branch } },
    select: { tipOid: true, targetOid: true },
  });
  const isComplete = row !== null && row.targetOid === null;
  if (isComplete && row.tipOid === tip) return tip;
  const indexed = row?.tipOid || null;
  const { defaultBranch } = await prisma.repository.findUniqueOrThrow({ where: { id: repositoryId } });
  const at = { repositoryId, branch, defaultBranch };
  const step = row === null || isComplete ? await readShortStep(git, indexed, tip) : null;
  if (!step) {
    await runLongImport(deps, at, { indexed, tip });
    return null;
  }
  if (branch !== defaultBranch && (await addsNotebooks(prisma, at, step)))
    await deps.updateDefault(defaultBranch);
  await shortImport({ prisma, git }, at, { indexed, tip, step });
  deps.onReached(tip);
  return (await git.resolveBranch(branch)) === tip ? tip : null;
}

/** Runs a long import, or waits a moment while another process runs one. */
async function runLongImport(
  deps: UpdateDeps,
  at: IndexedBranch,
  to: { indexed: string | null; tip: string },
): Promise<void> {
  const { prisma, git, leases, rows } = deps;
  if (at.branch !== at.defaultBranch) await deps.updateDefault(at.defaultBranch);
  const lease = await leases.tryTake(`index:${at.repositoryId}:${at.branch}`);
  if (!lease) {
    await sleep(pollMs);
    return;
  }
  try {
    const signal = AbortSignal.any([deps.signal, lease.lost]);
    deps.onReached(await new LongImport({ prisma, git, rows }, at, { ...to, signal }).run());
  } finally {
    await lease.release();
  }
}
