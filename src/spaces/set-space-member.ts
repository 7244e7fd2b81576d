import type { SpaceRole } from '../../prisma/generated/client/client.js';
import { loadAdminSpace } from '../access/require-admin.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { invalidField } from '../errors.js';
import { isUuid } from '../validation/validate.js';
import type { MemberRow } from './list-space-members.js';

/**
 * Adds a user to a space with a role, or changes the role of a member. For space admins.
 * @throws DomainError `not_found` (space), `insufficient_scope`, `forbidden`, `invalid_request` for an unknown user
 */
export async function setSpaceMember(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  userId: string,
  role: SpaceRole,
): Promise<MemberRow> {
  const { prisma } = services;
  const { space } = await loadAdminSpace(services, ctx, spaceSlug);
  const user = isUuid(userId) ? await prisma.user.findUnique({ where: { id: userId } }) : null;
  if (!user) throw invalidField('userId', 'is not a user', 'unknown');
  const key = { spaceId: space.id, userId: user.id };
  const member = await prisma.spaceMember.upsert({
    where: { spaceId_userId: key },
    update: { role },
    create: { ...key, role },
  });
  ctx.spaces.clear();
  return { ...member, user };
}
