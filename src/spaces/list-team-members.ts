import type { Team, User } from '../../prisma/generated/client/client.js';
import { loadSpaceById } from '../access/load-space.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { keysetListing, newestFirst } from '../paging/keyset-listing.js';
import type { Listing } from '../paging/listing.js';
import { usersContaining } from './search-condition.js';

/**
 * Lists the members of a team, newest user first. For every member of the space. Needs the scope `read`.
 * @param search a part of the name or of the e-mail address; upper and lower case are equal; default all
 * @throws DomainError `not_found`, `insufficient_scope`, `invalid_request`; thrown when the listing is read
 */
export function listTeamMembers(
  services: PrismaService,
  ctx: RequestContext,
  team: Team,
  search?: string | null,
): Listing<User> {
  const where = async () => {
    requireScope(ctx, 'read');
    await loadSpaceById(services, ctx, team.spaceId);
    return { teams: { some: { teamId: team.id } }, ...usersContaining(search) };
  };
  const { user } = services.prisma;
  return keysetListing(newestFirst, {
    where,
    find: (query) => user.findMany(query),
    count: (query) => user.count(query),
  });
}
