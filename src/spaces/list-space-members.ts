import type { SpaceMember, User } from '../../prisma/generated/client/client.js';
import { loadSpace } from '../access/load-space.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { keysetListing, timeKey, uuidKey } from '../paging/keyset-listing.js';
import type { Listing } from '../paging/listing.js';
import { usersContaining } from './search-condition.js';

/** A membership with its user. */
export type MemberRow = SpaceMember & { user: User };

/**
 * Lists the members of a space, newest first. For every member. Needs the scope `read`.
 * @param search a part of the name or of the e-mail address; upper and lower case are equal; default all
 * @throws DomainError `not_found`, `insufficient_scope`, `invalid_request`; thrown when the listing is read
 */
export function listSpaceMembers(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  search?: string | null,
): Listing<MemberRow> {
  const { spaceMember } = services.prisma;
  const where = async () => {
    requireScope(ctx, 'read');
    const { space } = await loadSpace(services, ctx, spaceSlug);
    return { spaceId: space.id, user: usersContaining(search) };
  };
  return keysetListing(
    { createdAt: timeKey, userId: uuidKey },
    {
      where,
      find: (query) => spaceMember.findMany({ ...query, include: { user: true } }),
      count: (query) => spaceMember.count(query),
    },
  );
}
