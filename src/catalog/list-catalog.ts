import type { CatalogEntry, LinkTargetType } from '../../prisma/generated/client/client.js';
import { loadSpace } from '../access/load-space.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { keysetListing, newestFirst } from '../paging/keyset-listing.js';
import type { Listing } from '../paging/listing.js';

/** The types of catalog entries: all targets of notebook links except repositories, which have a table of their own. */
export type CatalogEntryType = Exclude<LinkTargetType, 'repository'>;

/**
 * Lists the catalog of a space, newest first. For every member. Needs the scope `read`.
 * @param type lists only entries of this type; default all
 * @throws DomainError `not_found`, `insufficient_scope`; thrown when the listing is read
 */
export function listCatalog(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  type: CatalogEntryType | null | undefined,
): Listing<CatalogEntry> {
  const where = async () => {
    requireScope(ctx, 'read');
    return { spaceId: (await loadSpace(services, ctx, spaceSlug)).space.id, type: type ?? undefined };
  };
  const { catalogEntry } = services.prisma;
  return keysetListing(newestFirst, {
    where,
    find: (query) => catalogEntry.findMany(query),
    count: (query) => catalogEntry.count(query),
  });
}
