import type { Workspace, WorkspaceGrant } from '../../prisma/generated/client/client.js';
import { loadSpaceById } from '../access/load-space.js';
import { type WorkspacePermissions, workspacePermissions } from '../access/workspace-policy.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';

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
  const grants = workspace.grants ?? (await loadGrants(services, workspace.id));
  return workspacePermissions({ userId: ctx.actor.userId, access }, { ...workspace, grants });
}

async function loadGrants({ prisma }: PrismaService, id: string): Promise<WorkspaceGrant[]> {
  // Prisma loads many unique rows of one request with one statement.
  const row = await prisma.workspace.findUnique({ where: { id }, select: { grants: true } });
  return row?.grants ?? [];
}
