import type { PrismaService } from '../engines/database/prisma-service.js';
import type { PushPolicy } from '../engines/git/git-store.js';
import type { LoadedTarget } from '../files/file-target.js';
import { removeBranch } from '../repositories/branches/remove-branch.js';
import { isFirstCommit } from '../repositories/first-commit.js';

/** Returns a function that says whether a branch is protected against pushes of the caller. */
async function loadBranchProtection(
  services: PrismaService,
  target: LoadedTarget,
): Promise<(name: string) => boolean> {
  if (target.access.role === 'admin') return () => false;
  const rows = await services.prisma.protectedBranch.findMany({
    where: { repositoryId: target.repository.id },
    select: { name: true },
  });
  const names = new Set(rows.map(({ name }) => name));
  return (name) => names.has(name);
}

/** Reads what the caller may push to a repository now. */
export async function pushPolicy(services: PrismaService, target: LoadedTarget): Promise<PushPolicy> {
  const { id, defaultBranch, allowNonFastForward } = target.repository;
  const isProtected = await loadBranchProtection(services, target);
  const undeletable = 'the default branch cannot be deleted';
  return {
    allowNonFastForward,
    isPlaceholder: isFirstCommit,
    refuseBranch(name, { to }) {
      if (isProtected(name)) return 'protected branch; only space admins push to it';
      return to === null && name === defaultBranch ? undeletable : null;
    },
    async deleteBranch(name, remove) {
      const isDeleted = await removeBranch(services.prisma, { repositoryId: id, name }, remove);
      return isDeleted ? null : undeletable;
    },
  };
}
