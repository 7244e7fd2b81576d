import type { QueryConnector } from '../../prisma/generated/client/client.js';
import { loadSpace } from '../access/load-space.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { keysetListing, newestFirst } from '../paging/keyset-listing.js';
import type { Listing } from '../paging/listing.js';

/**
 * Lists the query connectors of a space, newest first. For every member. Needs the scope `read`.
 * @throws DomainError `not_found`, `insufficient_scope`; thrown when the listing is read
 */
export function listConnectors(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
): Listing<QueryConnector> {
  const where = async () => {
    requireScope(ctx, 'read');
    return { spaceId: (await loadSpace(services, ctx, spaceSlug)).space.id };
  };
  const { queryConnector } = services.prisma;
  return keysetListing(newestFirst, {
    where,
    find: (query) => queryConnector.findMany(query),
    count: (query) => queryConnector.count(query),
  });
}
