import type { RepositoryRemote } from '../../prisma/generated/client/client.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import { loadRepository } from '../repositories/load-repository.js';
import type { SubscriptionServices } from './subscription-services.js';
import { watchChanges } from './watch-changes.js';

/**
 * Follows the synchronization of a repository with its remote. Needs the scope `read` and `can_view` of the repository.
 * @throws DomainError `insufficient_scope`, `not_found`, `forbidden`, also later, when the caller may no longer view it
 */
export async function watchRemote(
  services: SubscriptionServices,
  ctx: RequestContext,
  spaceSlug: string,
  repositoryId: string,
): Promise<AsyncIterableIterator<RepositoryRemote>> {
  const authorize = (current: RequestContext) => {
    requireScope(current, 'read');
    return loadRepository(services, current, spaceSlug, repositoryId, 'view');
  };
  const { access, repository } = await authorize(ctx);
  return watchChanges(services, ctx, {
    topic: 'remote',
    spaceId: access.space.id,
    concerns: (event) => event.repositoryId === repository.id,
    changedSince: async () => [{ repositoryId: repository.id }],
    keyOf: (event) => event.repositoryId,
    async read(_event, _access, fresh) {
      await authorize(fresh);
      return services.prisma.repositoryRemote.findUnique({ where: { repositoryId: repository.id } });
    },
    recheck: { key: ['remote', spaceSlug, repositoryId], check: authorize },
  });
}
