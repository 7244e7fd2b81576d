import type { SpaceMember, User } from '../../prisma/generated/client/client.js';
import { loadSpace } from '../access/load-space.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { keysetListing, timeKey, uuidKey } from '../paging/keyset-listing.js';
import type { Listing } from '../paging/listing.js';

/** A membership with its user. */
export type MemberRow = SpaceMember & { user: User };

/**
 * Lists the members of a space, newest first. For every member. Needs the scope `read`.
 * @throws DomainError `not_found`, `insufficient_scope`; thrown when the listing is read
 */
export function listSpaceMembers(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
): Listing<MemberRow> {
  const { spaceMember } = services.prisma;
  const where = async () => {
    requireScope(ctx, 'read');
    return { spaceId: (await loadSpace(services, ctx, spaceSlug)).space.id };
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
