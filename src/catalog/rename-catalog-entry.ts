import type { CatalogEntry } from '../../prisma/generated/client/client.js';
import { loadAdminSpace } from '../access/require-admin.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { refuseDuplicate } from '../engines/database/refuse-duplicate.js';
import { notFound } from '../errors.js';
import { checkId } from '../validation/check-input.js';
import { checkName } from '../validation/validate.js';

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
