import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { keysetListing, newestFirst } from '../paging/keyset-listing.js';
import type { Listing } from '../paging/listing.js';
import type { ApiTokenRow } from './api-token-row.js';
import { assertOwnTokens } from './assert-own-tokens.js';

/**
 * Lists the API tokens of a user, newest first, including expired and revoked ones. For the user and for platform admins.
 * Needs the scope `read`.
 * @throws DomainError `insufficient_scope`, `forbidden`; thrown when the listing is read
 */
export function listApiTokens(
  services: PrismaService,
  ctx: RequestContext,
  userId: string,
): Listing<ApiTokenRow> {
  const where = () => {
    requireScope(ctx, 'read');
    assertOwnTokens(ctx, userId);
    return { userId };
  };
  const { apiToken } = services.prisma;
  return keysetListing(newestFirst, {
    where,
    find: (query) => apiToken.findMany({ ...query, omit: { hash: true } }),
    count: (query) => apiToken.count(query),
  });
}
