import type { CatalogEntry } from '../../prisma/generated/client/client.js';
import { loadAdminSpace } from '../access/require-admin.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { refuseDuplicate } from '../engines/database/refuse-duplicate.js';
import { checkName } from '../validation/validate.js';
import type { CatalogEntryType } from './list-catalog.js';

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
