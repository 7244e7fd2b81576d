import type { WorkspacePermissions } from '../access/workspace-policy.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { loadRepositoryPermissions } from '../repositories/load-repository-permissions.js';
import { loadWorkspacePermissions } from '../workspaces/load-workspace-permissions.js';
import type { FileRows } from './file-target.js';

/**
 * What the caller may do with a file: what they may do with the workspace or repository that it was addressed through.
 * @throws DomainError `not_found` when the caller is no longer a member of its space
 */
export function loadFilePermissions(
  services: PrismaService,
  ctx: RequestContext,
  { workspace, repository }: FileRows,
): Promise<WorkspacePermissions> {
  return workspace
    ? loadWorkspacePermissions(services, ctx, workspace)
    : loadRepositoryPermissions(services, ctx, repository);
}
