import type { Repository } from '../../prisma/generated/client/client.js';
import { loadSpaceById } from '../access/load-space.js';
import { repositoryPermissions } from '../access/repository-policy.js';
import type { WorkspacePermissions } from '../access/workspace-policy.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { loadRepositoryWithWorkspaces } from './load-repository-row.js';

/**
 * Returns what the caller may do with a repository and its content. Only space admins manage it.
 * @throws DomainError `not_found` when the caller is not a member of the space
 */
export async function loadRepositoryPermissions(
  services: PrismaService,
  ctx: RequestContext,
  { id, spaceId }: Pick<Repository, 'id' | 'spaceId'>,
): Promise<WorkspacePermissions> {
  const access = await loadSpaceById(services, ctx, spaceId);
  const repository = await loadRepositoryWithWorkspaces(services, ctx, id);
  const may = repositoryPermissions({ userId: ctx.actor.userId, access }, repository?.workspaces ?? []);
  return { ...may, canManage: access.role === 'admin' };
}
