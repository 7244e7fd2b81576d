import type { RemoteTips } from '../engines/git/remotes/fetch-remote.js';
import { createRefs } from '../engines/git/remotes/tracking-refs.js';
import { lockDefaultBranch } from '../repositories/branches/lock-default-branch.js';
import { isFirstCommit } from '../repositories/first-commit.js';
import type { SyncDeps, SyncJob } from './sync-remote.js';

/**
 * On the first sync, where the default branch still is at the commit that the repository was made with: the remote's
 * default branch takes its place, with its name. A branch on which somebody saved is left alone.
 * @param named what the remote calls its default branch
 */
export async function adoptDefaultBranch(
  deps: SyncDeps,
  { repositoryId, onMove }: Pick<SyncJob, 'repositoryId' | 'onMove'>,
  tips: RemoteTips,
  named: string | null,
): Promise<void> {
  const { prisma, native } = deps;
  const git = await deps.git.repository(repositoryId);
  const { defaultBranch: old } = await prisma.repository.findUniqueOrThrow({ where: { id: repositoryId } });
  const first = await git.resolveBranch(old);
  if (!isFirstCommit(await git.readCommit(first))) return;

  const candidates = [named, old, ...tips.heads.keys()];
  const adopted = candidates.find((branch) => branch !== null && tips.heads.has(branch))!;
  if (adopted !== old) {
    const gitdir = deps.git.gitdir(repositoryId);
    const oid = tips.heads.get(adopted)!;
    onMove(adopted, oid);
    const taken = new Set((await git.branches()).map(({ name }) => name));
    if (
      !taken.has(adopted) &&
      (await createRefs(native, gitdir, 'refs/heads/', new Map([[adopted, oid]]))).length > 0
    ) {
      return;
    }
    await prisma.$transaction(async (tx) => {
      if ((await lockDefaultBranch(tx, repositoryId)) !== old) return;
      await tx.repository.update({ where: { id: repositoryId }, data: { defaultBranch: adopted } });
      await tx.workspace.updateMany({
        where: { defaultRepositoryId: repositoryId, defaultBranch: old },
        data: { defaultBranch: adopted },
      });
      await git.setDefaultBranch(adopted);
    });
    if (!tips.heads.has(old) && (await git.deleteBranch(old, first))) {
      await prisma.branchIndex.deleteMany({ where: { repositoryId, branch: old } });
    }
  }
  const there = tips.heads.get(old);
  if (there !== undefined && there !== first) {
    onMove(old, there);
    await git.moveBranch(old, first, there);
    await deps.indexer.bringUp(repositoryId, [old]);
  }
  await deps.indexer.bringUp(repositoryId, [adopted]);
}
