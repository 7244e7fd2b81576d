import type { Repository, RepositoryRemote } from '../../prisma/generated/client/client.js';
import { loadSpaceById } from '../access/load-space.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { loadRepository } from '../repositories/load-repository.js';

/**
 * The remote that a repository mirrors; null when it mirrors none. Needs the scope `read` and `can_view` of the repository.
 * @throws DomainError `insufficient_scope`, `not_found`, `forbidden`
 */
export async function readRemote(
  services: PrismaService,
  ctx: RequestContext,
  repository: Pick<Repository, 'id' | 'spaceId'>,
): Promise<RepositoryRemote | null> {
  requireScope(ctx, 'read');
  const { space } = await loadSpaceById(services, ctx, repository.spaceId);
  await loadRepository(services, ctx, space.slug, repository.id, 'view');
  return services.prisma.repositoryRemote.findUnique({ where: { repositoryId: repository.id } });
}
