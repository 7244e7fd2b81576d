import type { Workspace, WorkspaceGrant } from '../../prisma/generated/client/client.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { loadWorkspace } from './load-workspace.js';

/** A workspace with its grants. */
export type SharedWorkspace = Workspace & { grants: WorkspaceGrant[] };

/**
 * Reads the owner, visibility and grants of a workspace. Needs the scope `read` and `can_manage`.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`
 */
export async function readWorkspaceAccess(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  workspaceId: string,
): Promise<SharedWorkspace> {
  const { workspace } = await loadWorkspace(services, ctx, spaceSlug, workspaceId, 'manage');
  requireScope(ctx, 'read');
  return workspace;
}
