import type { GitRepository, RemoteMirror, RemoteTips } from '../engines/git/git-store.js';
import { lockDefaultBranch } from '../repositories/branches/lock-default-branch.js';
import { isFirstCommit } from '../repositories/first-commit.js';
import type { SyncDeps, SyncJob } from './sync-job.js';

/**
 * Makes the remote's default branch the default branch of the repository, under the remote's name. Only the first sync
 * does this, and only while the default branch is still at the repository's initial commit: a branch to which somebody
 * saved does not change.
 * @param named the name of the remote's default branch; null when the remote names none
 */
export async function adoptDefaultBranch(
  deps: SyncDeps & { mirror: RemoteMirror },
  job: Pick<SyncJob, 'repositoryId' | 'onMove'>,
  tips: RemoteTips,
  named: string | null,
): Promise<void> {
  const { repositoryId, onMove } = job;
  const git = await deps.git.repository(repositoryId);
  const { defaultBranch: old } = await deps.prisma.repository.findUniqueOrThrow({
    where: { id: repositoryId },
  });
  const first = await git.resolveBranch(old);
  if (!isFirstCommit(await git.readCommit(first))) return;

  const candidates = [named, old, ...tips.heads.keys()];
  const adopted = candidates.find((branch) => branch !== null && tips.heads.has(branch))!;
  if (adopted !== old) {
    if (!(await createBranch(deps.mirror, git, job, { branch: adopted, oid: tips.heads.get(adopted)! })))
      return;
    await changeDefaultBranch(deps, git, repositoryId, { old, adopted });
    if (!tips.heads.has(old)) await deleteBranch(deps, git, repositoryId, { branch: old, oid: first });
  }
  const remoteTip = tips.heads.get(old);
  if (remoteTip !== undefined && remoteTip !== first) {
    onMove(old, remoteTip);
    await git.moveBranch(old, first, remoteTip);
    await deps.indexer.bringUp(repositoryId, [old]);
  }
  await deps.indexer.bringUp(repositoryId, [adopted]);
}

/** Creates a branch unless the repository has one of that name. @returns whether the repository has it now */
async function createBranch(
  mirror: RemoteMirror,
  git: GitRepository,
  { onMove }: Pick<SyncJob, 'onMove'>,
  { branch, oid }: { branch: string; oid: string },
): Promise<boolean> {
  onMove(branch, oid);
  if ((await git.branches()).some(({ name }) => name === branch)) return true;
  return (await mirror.createRefs('refs/heads/', new Map([[branch, oid]]))).length === 0;
}

/** Changes the default branch of the repository and of the workspaces that use it, unless somebody else changed it. */
async function changeDefaultBranch(
  { prisma }: SyncDeps,
  git: GitRepository,
  repositoryId: string,
  { old, adopted }: { old: string; adopted: string },
): Promise<void> {
  await prisma.$transaction(async (tx) => {
    if ((await lockDefaultBranch(tx, repositoryId)) !== old) return;
    await tx.repository.update({ where: { id: repositoryId }, data: { defaultBranch: adopted } });
    await tx.workspace.updateMany({
      where: { defaultRepositoryId: repositoryId, defaultBranch: old },
      data: { defaultBranch: adopted },
    });
    await git.setDefaultBranch(adopted);
  });
}

/** Deletes a branch with its index, unless it has moved from a commit. */
async function deleteBranch(
  { prisma }: SyncDeps,
  git: GitRepository,
  repositoryId: string,
  { branch, oid }: { branch: string; oid: string },
): Promise<void> {
  if (await git.deleteBranch(branch, oid))
    await prisma.branchIndex.deleteMany({ where: { repositoryId, branch } });
}
