import type { Repository } from '../../../prisma/generated/client/client.js';
import { loadAdminSpace } from '../../access/require-admin.js';
import type { RequestContext } from '../../context.js';
import { branchNamed } from '../../engines/git/check-ref.js';
import { loadRepository } from '../load-repository.js';
import type { RepositoryServices } from '../repository-services.js';

/**
 * Protects a branch or removes its protection; idempotent. Only space admins write directly to a protected branch. For space
 * admins.
 * @param input.protected false also for a branch that does not exist
 * @throws DomainError `not_found`, also for the branch to protect, `insufficient_scope`, `forbidden`, `invalid_ref`
 */
export async function setBranchProtection(
  services: RepositoryServices,
  ctx: RequestContext,
  spaceSlug: string,
  repositoryId: string,
  input: { branch: string; protected: boolean },
): Promise<Repository> {
  const { prisma } = services;
  await loadAdminSpace(services, ctx, spaceSlug);
  const { repository } = await loadRepository(services, ctx, spaceSlug, repositoryId, 'edit');
  const git = await services.git.repository(repository.id);
  const key = { repositoryId: repository.id, name: await branchNamed(git, input.branch) };
  if (!input.protected) {
    await prisma.protectedBranch.deleteMany({ where: key });
    return repository;
  }
  await git.resolveBranch(key.name);
  await prisma.protectedBranch.createMany({ data: key, skipDuplicates: true });
  return repository;
}
