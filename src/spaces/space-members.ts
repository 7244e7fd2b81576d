import type { SpaceMember, SpaceRole, User } from '../../prisma/generated/client/client.js';
import { loadSpace } from '../access/load-space.js';
import { loadAdminSpace } from '../access/require-admin.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { publishWorkspaceChange } from '../engines/events/publish-workspace-change.js';
import { invalidField, notFound } from '../errors.js';
import { keysetListing, timeKey, uuidKey } from '../paging/keyset-listing.js';
import type { Listing } from '../paging/listing.js';
import { checkId } from '../validation/check-input.js';
import { isUuid } from '../validation/validate.js';
import type { SpaceServices } from './space-services.js';

/** A membership with its user. */
export type MemberRow = SpaceMember & { user: User };

/**
 * Lists the members of a space, newest first. For every member. Needs the scope `read`.
 * @throws DomainError `not_found`, `insufficient_scope`; thrown when the listing is read
 */
export function listSpaceMembers(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
): Listing<MemberRow> {
  const { spaceMember } = services.prisma;
  const where = async () => {
    requireScope(ctx, 'read');
    return { spaceId: (await loadSpace(services, ctx, spaceSlug)).space.id };
  };
  return keysetListing(
    { createdAt: timeKey, userId: uuidKey },
    {
      where,
      find: (query) => spaceMember.findMany({ ...query, include: { user: true } }),
      count: (query) => spaceMember.count(query),
    },
  );
}

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
    include: { user: true },
  });
  ctx.spaces.clear();
  return member;
}

/**
 * Removes a member from a space, from its teams, and from the grants of its workspaces. For space admins.
 * @throws DomainError `not_found` (space, member), `insufficient_scope`, `forbidden`
 */
export async function removeSpaceMember(
  services: SpaceServices,
  ctx: RequestContext,
  spaceSlug: string,
  userId: string,
): Promise<void> {
  const { space } = await loadAdminSpace(services, ctx, spaceSlug);
  checkId(userId, 'The member');
  const shared = await services.prisma.$transaction(async (tx) => {
    const { count } = await tx.spaceMember.deleteMany({ where: { spaceId: space.id, userId } });
    if (count === 0) throw notFound('The member');
    await tx.teamMember.deleteMany({ where: { userId, team: { spaceId: space.id } } });
    const where = { userId, workspace: { spaceId: space.id } };
    const grants = await tx.workspaceGrant.findMany({ where, select: { workspaceId: true } });
    await tx.workspaceGrant.deleteMany({ where });
    return grants;
  });
  ctx.spaces.clear();
  for (const { workspaceId } of shared) {
    publishWorkspaceChange(services.bus, { id: workspaceId, spaceId: space.id }, 'access_changed');
  }
}
