import type { User } from '../../prisma/generated/client/client.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { DomainError } from '../errors.js';
import { keysetListing, newestFirst } from '../paging/keyset-listing.js';
import type { Listing } from '../paging/listing.js';
import { usersContaining } from './search-condition.js';

/**
 * Lists all users, newest first. For platform admins, and for admins of any space, who look for new members. Needs the
 * scope `read`.
 * @param search a part of the name or of the e-mail address; upper and lower case are equal; default all users
 * @throws DomainError `insufficient_scope`, `forbidden`, `invalid_request`; thrown when the listing is read
 */
export function listUsers(
  services: PrismaService,
  ctx: RequestContext,
  search: string | null | undefined,
): Listing<User> {
  const { user, spaceMember } = services.prisma;
  const where = async () => {
    requireScope(ctx, 'read');
    const { userId, isPlatformAdmin } = ctx.actor;
    if (!isPlatformAdmin && (await spaceMember.count({ where: { userId, role: 'admin' } })) === 0) {
      throw new DomainError('forbidden', 'Only platform admins and space admins may list users.');
    }
    return usersContaining(search);
  };
  return keysetListing(newestFirst, {
    where,
    find: (query) => user.findMany(query),
    count: (query) => user.count(query),
  });
}
