import type { Repository } from '../../prisma/generated/client/client.js';
import { loadSpaceById } from '../access/load-space.js';
import { repositoryPermissions } from '../access/repository-policy.js';
import type { WorkspacePermissions } from '../access/workspace-policy.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';

/**
 * What the caller may do with a repository that was loaded already, and with what it holds; space admins manage it.
 * @throws DomainError `not_found` when the caller is no member of its space (any more)
 */
export async function loadRepositoryPermissions(
  services: PrismaService,
  ctx: RequestContext,
  { id, spaceId }: Pick<Repository, 'id' | 'spaceId'>,
): Promise<WorkspacePermissions> {
  const access = await loadSpaceById(services, ctx, spaceId);
  const workspaces = await services.prisma.workspace.findMany({
    where: { defaultRepositoryId: id },
    include: { grants: true },
  });
  const may = repositoryPermissions({ userId: ctx.actor.userId, access }, workspaces);
  return { ...may, canManage: access.role === 'admin' };
}
