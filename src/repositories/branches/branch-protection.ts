import type { Repository } from '../../../prisma/generated/client/client.js';
import { loadAdminSpace } from '../../access/require-admin.js';
import type { RequestContext } from '../../context.js';
import { checkBranchName } from '../../engines/git/check-ref.js';
import { DomainError, invalidField } from '../../errors.js';
import { loadRepository } from '../load-repository.js';
import type { RepositoryServices } from '../repository-services.js';

/**
 * Protects a branch or removes its protection; idempotent. Only space admins write directly to a protected branch. For space
 * admins.
 * @param input.protected false also for a branch that does not exist
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `invalid_ref`, `invalid_request` when the branch to
 *   protect does not exist
 */
export async function setBranchProtection(
  services: RepositoryServices,
  ctx: RequestContext,
  spaceSlug: string,
  repositoryId: string,
  input: { branch: string; protected: boolean },
): Promise<Repository> {
  const { prisma, git } = services;
  await loadAdminSpace(services, ctx, spaceSlug);
  const { repository } = await loadRepository(services, ctx, spaceSlug, repositoryId, 'edit');
  const key = { repositoryId: repository.id, name: checkBranchName(input.branch) };
  if (!input.protected) {
    await prisma.protectedBranch.deleteMany({ where: key });
    return repository;
  }
  try {
    await (await git.repository(repository.id)).resolveBranch(key.name);
  } catch (error) {
    if (!(error instanceof DomainError && error.code === 'not_found')) throw error;
    throw invalidField('branch', 'is not a branch of this repository', 'unknown');
  }
  await prisma.protectedBranch.createMany({ data: key, skipDuplicates: true });
  return repository;
}
