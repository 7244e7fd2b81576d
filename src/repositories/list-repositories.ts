import type { Repository } from '../../prisma/generated/client/client.js';
import { loadSpace } from '../access/load-space.js';
import { visibleRepositories } from '../access/repository-policy.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { keysetListing, newestFirst } from '../paging/keyset-listing.js';
import type { Listing } from '../paging/listing.js';

/**
 * The repositories that the caller can view, newest first. Needs the scope `read`.
 * @throws DomainError `not_found` (space), `insufficient_scope`; thrown when the listing is read
 */
export function listRepositories(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
): Listing<Repository> {
  const where = async () => {
    requireScope(ctx, 'read');
    const access = await loadSpace(services, ctx, spaceSlug);
    return visibleRepositories({ userId: ctx.actor.userId, access });
  };
  const { repository } = services.prisma;
  return keysetListing(newestFirst, {
    where,
    find: (query) => repository.findMany(query),
    count: (query) => repository.count(query),
  });
}
