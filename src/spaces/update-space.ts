import type { Space } from '../../prisma/generated/client/client.js';
import { loadSpace } from '../access/load-space.js';
import { requirePlatformAdmin } from '../access/require-admin.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { checkName } from '../validation/validate.js';

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
