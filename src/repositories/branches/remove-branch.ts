import type { PrismaClient } from '../../../prisma/generated/client/client.js';
import { lockDefaultBranch } from './lock-default-branch.js';

/**
 * Removes a branch, its index and its protection, unless it is the default branch.
 * @param remove removes the branch from Git; returns false when Git kept it, then the index and protection stay as well
 * @returns false when it is the default branch: nothing was removed
 */
export async function removeBranch(
  prisma: PrismaClient,
  branch: { repositoryId: string; name: string },
  remove: () => Promise<boolean>,
): Promise<boolean> {
  const { repositoryId, name } = branch;
  return prisma.$transaction(async (tx) => {
    if (name === (await lockDefaultBranch(tx, repositoryId))) return false;
    if (await remove()) {
      await tx.branchIndex.deleteMany({ where: { repositoryId, branch: name } });
      await tx.protectedBranch.deleteMany({ where: { repositoryId, name } });
    }
    return true;
  });
}
