import type { QueryConnector } from '../../prisma/generated/client/client.js';
import { loadAdminSpace } from '../access/require-admin.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { refuseDuplicate } from '../engines/database/refuse-duplicate.js';
import { checkName } from '../validation/validate.js';

/**
 * Creates a query connector. For space admins.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `invalid_request`, `already_exists`
 */
export async function createConnector(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  name: string,
): Promise<QueryConnector> {
  const { space } = await loadAdminSpace(services, ctx, spaceSlug);
  const data = { spaceId: space.id, name: checkName(name) };
  return refuseDuplicate('name', () => services.prisma.queryConnector.create({ data }));
}
