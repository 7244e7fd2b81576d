import { loadAdminSpace } from '../access/require-admin.js';
import type { RequestContext } from '../context.js';
import { publishWorkspaceChange } from '../engines/events/publish-workspace-change.js';
import { notFound } from '../errors.js';
import { checkId } from '../validation/check-input.js';
import type { SpaceServices } from './space-services.js';

/**
 * Deletes a team and its grants. For space admins.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`
 */
export async function deleteTeam(
  services: SpaceServices,
  ctx: RequestContext,
  spaceSlug: string,
  id: string,
): Promise<void> {
  const { space } = await loadAdminSpace(services, ctx, spaceSlug);
  const where = { id: checkId(id, 'The team'), spaceId: space.id };
  const shared = await services.prisma.$transaction(async (tx) => {
    const grants = await tx.workspaceGrant.findMany({
      where: { team: where },
      select: { workspaceId: true },
    });
    const { count } = await tx.team.deleteMany({ where });
    if (count === 0) throw notFound('The team');
    return grants;
  });
  ctx.spaces.clear();
  for (const { workspaceId } of shared) {
    publishWorkspaceChange(services.bus, { id: workspaceId, spaceId: space.id }, 'access_changed');
  }
}
