import type { Workspace, WorkspaceGrant } from '../../prisma/generated/client/client.js';
import { loadSpaceById } from '../access/load-space.js';
import { type WorkspacePermissions, workspacePermissions } from '../access/workspace-policy.js';
import type { RequestContext } from '../context.js';
import { loadTogether } from '../engines/database/load-together.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { rowsBy } from '../engines/database/rows-by.js';

/**
 * Returns what the caller may do with a workspace.
 * @param workspace.grants read from the database when absent
 * @throws DomainError `not_found` when the caller is not a member of the space
 */
export async function loadWorkspacePermissions(
  services: PrismaService,
  ctx: RequestContext,
  workspace: Workspace & { grants?: WorkspaceGrant[] },
): Promise<WorkspacePermissions> {
  const access = await loadSpaceById(services, ctx, workspace.spaceId);
  const grants = workspace.grants ?? (await loadGrants(services, ctx, workspace.id));
  return workspacePermissions({ userId: ctx.actor.userId, access }, { ...workspace, grants });
}

async function loadGrants(
  { prisma }: PrismaService,
  ctx: RequestContext,
  id: string,
): Promise<WorkspaceGrant[]> {
  const grants = await loadTogether(ctx, 'grants', id, async (ids) =>
    rowsBy(
      await prisma.workspaceGrant.findMany({ where: { workspaceId: { in: ids } } }),
      ({ workspaceId }) => workspaceId,
    ),
  );
  return grants ?? [];
}
