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

/** What a catalog holds: what a notebook can be linked to, but for repositories, which have their own table. */
export type CatalogEntryType = Exclude<LinkTargetType, 'repository'>;

/**
 * The catalog of a space, newest first, for every member. Needs the scope `read`.
 * @param type only entries of this type; default all
 * @throws DomainError `not_found`, `insufficient_scope`, when it is read
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
 * Makes a catalog entry; its name is unique in the space and type. For space admins.
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
 * Gives a catalog entry another name. For space admins.
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
 * Deletes a catalog entry; links to it stay, without a name. For space admins.
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
