import type { Team } from '../../prisma/generated/client/client.js';
import { loadSpace } from '../access/load-space.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { keysetListing, newestFirst } from '../paging/keyset-listing.js';
import type { Listing } from '../paging/listing.js';
import { containing } from './search-condition.js';

/**
 * Lists the teams of a space, newest first. For every member. Needs the scope `read`.
 * @param search a part of the name; upper and lower case are equal; default all
 * @throws DomainError `not_found`, `insufficient_scope`, `invalid_request`; thrown when the listing is read
 */
export function listTeams(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  search?: string | null,
): Listing<Team> {
  const where = async () => {
    requireScope(ctx, 'read');
    const { space } = await loadSpace(services, ctx, spaceSlug);
    return { spaceId: space.id, name: containing(search) };
  };
  const { team } = services.prisma;
  return keysetListing(newestFirst, {
    where,
    find: (query) => team.findMany(query),
    count: (query) => team.count(query),
  });
}
