import type { Repository } from '../../../prisma/generated/client/client.js';
import { loadAdminSpace } from '../../access/require-admin.js';
import type { RequestContext } from '../../context.js';
import { loadRepository } from '../load-repository.js';

/**
 * Queues a repository for maintenance, whether or not it is due. For space admins with the scope `admin`.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `rate_limited`
 */
export async function maintainRepository(
  ctx: RequestContext,
  spaceSlug: string,
  repositoryId: string,
): Promise<Repository> {
  await loadAdminSpace(ctx, spaceSlug);
  const { repository } = await loadRepository(ctx, spaceSlug, repositoryId, 'edit');
  await ctx.services.maintenance.request(repository.id);
  return repository;
}
