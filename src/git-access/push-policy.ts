import type { PrismaService } from '../engines/database/prisma-service.js';
import type { PushPolicy } from '../engines/git/git-store.js';
import type { LoadedTarget } from '../files/file-target.js';
import { removeBranch } from '../repositories/branches/branches.js';

/** Returns a function that says whether the caller may not write to the branch of a name directly. */
async function barredBranches(
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

/** What the caller may push to a repository at this moment. */
export async function pushPolicy(services: PrismaService, target: LoadedTarget): Promise<PushPolicy> {
  const { id, defaultBranch, allowNonFastForward } = target.repository;
  const isBarred = await barredBranches(services, target);
  const undeletable = 'the default branch cannot be deleted';
  return {
    allowNonFastForward,
    refuseBranch(name, { to }) {
      if (isBarred(name)) return 'protected branch; only space admins push to it';
      return to === null && name === defaultBranch ? undeletable : null;
    },
    async deleteBranch(name, remove) {
      const isDeleted = await removeBranch(services.prisma, { repositoryId: id, name }, remove);
      return isDeleted ? null : undeletable;
    },
  };
}
