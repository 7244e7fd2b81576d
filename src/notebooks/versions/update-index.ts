import { setTimeout as sleep } from 'node:timers/promises';
import type { PrismaClient } from '../../../prisma/generated/client/client.js';
import type { Leases } from '../../engines/database/leases.js';
import { storageUnavailable } from '../../engines/git/durability/storage-error.js';
import type { GitRepository } from '../../engines/git/git-store.js';
import { IndexMoved } from './index-db.js';
import { longImport } from './long-import.js';
import { bringsNotebooks, readShortStep, shortImport } from './short-import.js';

const mostRaces = 20;
const pollMs = 500;

/** What {@link updateIndex} needs. */
export interface UpdateDeps {
  prisma: PrismaClient;
  git: GitRepository;
  leases: Leases;
  /** Ends a long import between two steps. */
  signal: AbortSignal;
  /** Brings the default branch up to its tip, however long that takes, unless that waits for this update. */
  updateDefault(defaultBranch: string): Promise<void>;
  /** Told each time the index has reached a tip. */
  tell(commitOid: string): void;
}

/**
 * Brings the index of a branch up to its tip and tells when it moved: a short step in one transaction, a
 * long one in many, by one process at a time; another process that finds it under way waits.
 * @returns the tip that the index stands for
 */
export async function updateIndex(deps: UpdateDeps, repositoryId: string, branch: string): Promise<string> {
  for (let races = 0; races < mostRaces; ) {
    deps.signal.throwIfAborted();
    try {
      const tip = await oneStep(deps, repositoryId, branch);
      if (tip) return tip;
    } catch (error) {
      if (!(error instanceof IndexMoved)) throw error;
      races += 1;
      await sleep(Math.random() * 20 * races);
    }
  }
  throw storageUnavailable(new Error('the index kept moving'));
}

/** The tip once the index stands for it, else null. */
async function oneStep(deps: UpdateDeps, repositoryId: string, branch: string): Promise<string | null> {
  const { prisma, git, leases, tell } = deps;
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
  if (step) {
    if (branch !== defaultBranch && (await bringsNotebooks(prisma, at, step)))
      await deps.updateDefault(defaultBranch);
    await shortImport({ prisma, git }, at, { indexed, tip, step });
    tell(tip);
    return (await git.resolveBranch(branch)) === tip ? tip : null;
  }

  if (branch !== defaultBranch) await deps.updateDefault(defaultBranch);
  const lease = await leases.tryTake(`index:${repositoryId}:${branch}`);
  if (!lease) {
    await sleep(pollMs);
    return null;
  }
  try {
    const signal = AbortSignal.any([deps.signal, lease.lost]);
    tell(await longImport({ prisma, git }, at, { indexed, tip, signal }));
  } finally {
    await lease.release();
  }
  return null;
}
