import type { Repository, Workspace, WorkspaceGrant } from '../../prisma/generated/client/client.js';
import { loadSpace } from '../access/load-space.js';
import { type WorkspacePermissions, workspacePermissions } from '../access/workspace-policy.js';
import type { RequestContext, SpaceAccess } from '../context.js';
import { loadTogether } from '../engines/database/load-together.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { DomainError, notFound } from '../errors.js';
import { isUuid } from '../validation/validate.js';

/** A permission that a command can need. */
export type Need = 'view' | 'edit' | 'manage';

/** A workspace for which the caller is authorized. */
export interface LoadedWorkspace {
  /** The caller's access to the space. */
  access: SpaceAccess;
  workspace: Workspace & { grants: WorkspaceGrant[]; defaultRepository: Repository };
  permissions: WorkspacePermissions;
}

/**
 * Loads a workspace in its space and authorizes the caller.
 * @throws DomainError `not_found` when it is not in this space, `forbidden` when the caller lacks `need`
 */
export async function loadWorkspace(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  workspaceId: string,
  need: Need,
): Promise<LoadedWorkspace> {
  const access = await loadSpace(services, ctx, spaceSlug);
  const workspace = isUuid(workspaceId) ? await find(services, ctx, workspaceId) : undefined;
  if (workspace?.spaceId !== access.space.id) throw notFound('The workspace');
  const permissions = workspacePermissions({ userId: ctx.actor.userId, access }, workspace);
  assertMay(permissions, need);
  return { access, workspace, permissions };
}

/** Many workspaces of one request are loaded with one statement. */
function find(
  { prisma }: PrismaService,
  ctx: RequestContext,
  workspaceId: string,
): Promise<LoadedWorkspace['workspace'] | undefined> {
  return loadTogether(ctx, 'workspace', workspaceId, async (ids) => {
    const workspaces = await prisma.workspace.findMany({
      where: { id: { in: ids } },
      include: { grants: true, defaultRepository: true },
    });
    return new Map(workspaces.map((one) => [one.id, one]));
  });
}

/** Refuses a caller whose permissions do not include `need`. @throws DomainError `forbidden` */
export function assertMay(permissions: WorkspacePermissions, need: Need): void {
  const may = { view: permissions.canView, edit: permissions.canEdit, manage: permissions.canManage }[need];
  if (!may)
    throw new DomainError('forbidden', `You may not ${need} this workspace; ask its owner for access.`);
}

/** Refuses a change of an archived workspace, which is read-only. @throws DomainError `workspace_archived` */
export function assertNotArchived(workspace: Pick<Workspace, 'archivedAt'>): void {
  if (workspace.archivedAt) {
    throw new DomainError('workspace_archived', 'This workspace is archived; unarchive it to change it.');
  }
}
