import type { CatalogEntry, LinkTargetType } from '../../prisma/generated/client/client.js';
import { loadSpace } from '../access/load-space.js';
import { loadAdminSpace } from '../access/require-admin.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { refuseDuplicate } from '../engines/database/refuse-duplicate.js';
import { notFound } from '../errors.js';
import { keysetListing, newestFirst } from '../paging/keyset-listing.js';
import type { Listing } from '../paging/listing.js';
import { checkId } from '../validation/check-input.js';
import { checkName } from '../validation/validate.js';

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

/**
 * Creates a catalog entry. Its name must be unique among the entries of its type in the space. For space admins.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `invalid_request`, `already_exists`
 */
export async function createCatalogEntry(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  input: { type: CatalogEntryType; name: string },
): Promise<CatalogEntry> {
  const { space } = await loadAdminSpace(services, ctx, spaceSlug);
  const data = { spaceId: space.id, type: input.type, name: checkName(input.name) };
  return refuseDuplicate('name', () => services.prisma.catalogEntry.create({ data }));
}

/**
 * Renames a catalog entry. For space admins.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `invalid_request`, `already_exists`
 */
export async function renameCatalogEntry(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  id: string,
  name: string,
): Promise<CatalogEntry> {
  const { space } = await loadAdminSpace(services, ctx, spaceSlug);
  const where = { id: checkId(id, 'The catalog entry'), spaceId: space.id };
  const data = { name: checkName(name) };
  const [entry] = await refuseDuplicate('name', () =>
    services.prisma.catalogEntry.updateManyAndReturn({ where, data }),
  );
  if (!entry) throw notFound('The catalog entry');
  return entry;
}

/**
 * Deletes a catalog entry. Links to it stay, but their target has no name any more. For space admins.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`
 */
export async function deleteCatalogEntry(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  id: string,
): Promise<void> {
  const { space } = await loadAdminSpace(services, ctx, spaceSlug);
  const where = { id: checkId(id, 'The catalog entry'), spaceId: space.id };
  const { count } = await services.prisma.catalogEntry.deleteMany({ where });
  if (count === 0) throw notFound('The catalog entry');
}
