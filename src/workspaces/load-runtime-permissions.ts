import { loadSpaceById } from '../access/load-space.js';
import { runtimePermissions } from '../access/runtime-policy.js';
import type { WorkspacePermissions } from '../access/workspace-policy.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';

/**
 * What the caller may do with a worker, session or execution that was loaded already.
 * @param of.userId who started it
 * @throws DomainError `not_found` when the caller is no member of its space (any more)
 */
export async function loadRuntimePermissions(
  services: PrismaService,
  ctx: RequestContext,
  of: { workspaceId: string; userId: string },
): Promise<WorkspacePermissions> {
  const workspace = await services.prisma.workspace.findUniqueOrThrow({
    where: { id: of.workspaceId },
    include: { grants: true },
  });
  const access = await loadSpaceById(services, ctx, workspace.spaceId);
  return runtimePermissions({ userId: ctx.actor.userId, access }, workspace, of.userId);
}
