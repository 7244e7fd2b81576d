import type { Space } from '../../prisma/generated/client/client.js';
import { loadSpace } from '../access/load-space.js';
import { requirePlatformAdmin } from '../access/require-admin.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { refuseDuplicate } from '../engines/database/refuse-duplicate.js';
import { keysetListing, newestFirst } from '../paging/keyset-listing.js';
import type { Listing } from '../paging/listing.js';
import { checkAll } from '../validation/check-all.js';
import { checkSlug } from '../validation/check-input.js';
import { checkName } from '../validation/validate.js';

/**
 * Lists the spaces that the caller is a member of, newest first; for a platform admin all spaces. Needs the scope `read`.
 * @throws DomainError `insufficient_scope`; thrown when the listing is read
 */
export function listSpaces(services: PrismaService, ctx: RequestContext): Listing<Space> {
  const where = () => {
    requireScope(ctx, 'read');
    const { userId, isPlatformAdmin } = ctx.actor;
    return isPlatformAdmin ? {} : { members: { some: { userId } } };
  };
  const { space } = services.prisma;
  return keysetListing(newestFirst, {
    where,
    find: (query) => space.findMany(query),
    count: (query) => space.count(query),
  });
}

/**
 * Creates a space without members. For platform admins.
 * @throws DomainError `insufficient_scope`, `forbidden`, `invalid_request`, `already_exists`
 */
export async function createSpace(
  services: PrismaService,
  ctx: RequestContext,
  input: { slug: string; name: string },
): Promise<Space> {
  requirePlatformAdmin(ctx);
  const data = await checkAll({
    slug: () => checkSlug(input.slug, 'slug'),
    name: () => checkName(input.name),
  });
  const space = await refuseDuplicate('slug', () => services.prisma.space.create({ data }));
  ctx.spaces.clear();
  return space;
}

/**
 * Renames a space. Its slug cannot change, because clients store paths that contain it. For platform admins.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `invalid_request`
 */
export async function updateSpace(
  services: PrismaService,
  ctx: RequestContext,
  slug: string,
  input: { name: string },
): Promise<Space> {
  const { space } = await loadSpace(services, ctx, slug);
  requirePlatformAdmin(ctx);
  const updated = await services.prisma.space.update({
    where: { id: space.id },
    data: { name: checkName(input.name) },
  });
  ctx.spaces.clear();
  return updated;
}
