import { loadAdminSpace } from '../access/require-admin.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { notFound } from '../errors.js';
import { checkId } from '../validation/check-input.js';

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
