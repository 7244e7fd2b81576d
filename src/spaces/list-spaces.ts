import type { Space } from '../../prisma/generated/client/client.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { keysetListing, newestFirst } from '../paging/keyset-listing.js';
import type { Listing } from '../paging/listing.js';

/**
 * Lists the spaces that the caller is a member of, newest first; for a platform admin all spaces. Needs the scope `read`.
 * @throws DomainError `insufficient_scope`; thrown when the listing is read
 */
export function listSpaces(services: PrismaService, ctx: RequestContext): Listing<Space> {
  const where = () => {
    requireScope(ctx, 'read');
    const { userId, isPlatformAdmin } = ctx.actor;
    return isPlatformAdmin ? {} : { members: { some: { userId } } };
  };
  const { space } = services.prisma;
  return keysetListing(newestFirst, {
    where,
    find: (query) => space.findMany(query),
    count: (query) => space.count(query),
  });
}
