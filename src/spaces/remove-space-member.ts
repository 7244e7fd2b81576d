import { loadAdminSpace } from '../access/require-admin.js';
import type { RequestContext } from '../context.js';
import { publishWorkspaceChange } from '../engines/events/publish-workspace-change.js';
import { notFound } from '../errors.js';
import { checkId } from '../validation/check-input.js';
import type { SpaceServices } from './space-services.js';

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
