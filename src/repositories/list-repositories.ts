import type { Repository } from '../../prisma/generated/client/client.js';
import { requireScope } from '../auth/require-scope.js';
import type { RequestContext } from '../context.js';
import { keysetListing, newestFirst } from '../keyset-listing.js';
import type { Listing } from '../listing.js';
import { visibleRepositories } from '../policies/repository-policy.js';
import { loadSpace } from '../spaces/space-access.js';

/**
 * The repositories that the caller can view, newest first. Needs the scope `read`.
 * @throws DomainError `not_found` (space), `insufficient_scope`, when it is read
 */
export function listRepositories(ctx: RequestContext, spaceSlug: string): Listing<Repository> {
  const where = async () => {
    requireScope(ctx, 'read');
    const access = await loadSpace(ctx, spaceSlug);
    return visibleRepositories({ userId: ctx.actor.userId, access });
  };
  const { repository } = ctx.services.prisma;
  return keysetListing(newestFirst, {
    where,
    find: (query) => repository.findMany(query),
    count: (query) => repository.count(query),
  });
}
