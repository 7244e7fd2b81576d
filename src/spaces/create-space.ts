import type { Space } from '../../prisma/generated/client/client.js';
import { requirePlatformAdmin } from '../access/require-admin.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { refuseDuplicate } from '../engines/database/refuse-duplicate.js';
import { checkAll } from '../validation/check-all.js';
import { checkSlug } from '../validation/check-input.js';
import { checkName } from '../validation/validate.js';

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
