import type { QueryConnector } from '../../prisma/generated/client/client.js';
import { loadAdminSpace } from '../access/require-admin.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { refuseDuplicate } from '../engines/database/refuse-duplicate.js';
import { notFound } from '../errors.js';
import { checkId } from '../validation/check-input.js';
import { checkName } from '../validation/validate.js';

/**
 * Renames a query connector. For space admins.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `invalid_request`, `already_exists`
 */
export async function renameConnector(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  id: string,
  name: string,
): Promise<QueryConnector> {
  const { space } = await loadAdminSpace(services, ctx, spaceSlug);
  const where = { id: checkId(id, 'The connector'), spaceId: space.id };
  const data = { name: checkName(name) };
  const [connector] = await refuseDuplicate('name', () =>
    services.prisma.queryConnector.updateManyAndReturn({ where, data }),
  );
  if (!connector) throw notFound('The connector');
  return connector;
}
