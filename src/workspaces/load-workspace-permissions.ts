import type { Workspace, WorkspaceGrant } from '../../prisma/generated/client/client.js';
import { loadSpaceById } from '../access/load-space.js';
import { type WorkspacePermissions, workspacePermissions } from '../access/workspace-policy.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';

/**
 * What the caller may do with a workspace that was loaded already; its grants are read where they did not come along.
 * @throws DomainError `not_found` when the caller is no member of its space (any more)
 */
export async function loadWorkspacePermissions(
  services: PrismaService,
  ctx: RequestContext,
  workspace: Workspace & { grants?: WorkspaceGrant[] },
): Promise<WorkspacePermissions> {
  const access = await loadSpaceById(services, ctx, workspace.spaceId);
  const grants =
    workspace.grants ??
    (await services.prisma.workspaceGrant.findMany({ where: { workspaceId: workspace.id } }));
  return workspacePermissions({ userId: ctx.actor.userId, access }, { ...workspace, grants });
}
