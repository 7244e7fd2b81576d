import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { notFound } from '../errors.js';
import { checkId } from '../validation/check-input.js';
import type { ApiTokenRow } from './api-token-row.js';

/**
 * Revokes an API token immediately and permanently; idempotent. For the token's user and for platform admins. Needs the
 * scope `admin`.
 * @throws DomainError `insufficient_scope`, `not_found`
 */
export async function revokeApiToken(
  services: PrismaService,
  ctx: RequestContext,
  id: string,
): Promise<ApiTokenRow> {
  requireScope(ctx, 'admin');
  const { apiToken } = services.prisma;
  const { userId, isPlatformAdmin } = ctx.actor;
  const where = { id: checkId(id, 'The API token'), userId: isPlatformAdmin ? undefined : userId };
  // With this mark, the next start of the gateway would make the token valid again; see `ensureAdmin`.
  await apiToken.updateMany({ where, data: { isAdminToken: false } });
  await apiToken.updateMany({ where: { ...where, revokedAt: null }, data: { revokedAt: new Date() } });
  const found = await apiToken.findFirst({ where, omit: { hash: true } });
  if (!found) throw notFound('The API token');
  return found;
}
