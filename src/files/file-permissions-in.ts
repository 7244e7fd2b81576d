import type { WorkspacePermissions } from '../access/workspace-policy.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { repositoryPermissionsIn } from '../repositories/repository-permissions-in.js';
import { permissionsIn } from '../workspaces/permissions-in.js';
import type { FileSnapshot } from './file-snapshot.js';

/**
 * What the caller may do with a file that was loaded already: what they may do with the workspace or repository that it was
 * addressed by.
 * @throws DomainError `not_found` when the caller is no member of its space (any more)
 */
export async function filePermissionsIn(
  services: PrismaService,
  ctx: RequestContext,
  file: Pick<FileSnapshot, 'workspaceId' | 'repositoryId'>,
): Promise<WorkspacePermissions> {
  const { prisma } = services;
  return file.workspaceId === null
    ? repositoryPermissionsIn(
        services,
        ctx,
        await prisma.repository.findUniqueOrThrow({ where: { id: file.repositoryId } }),
      )
    : permissionsIn(
        services,
        ctx,
        await prisma.workspace.findUniqueOrThrow({ where: { id: file.workspaceId } }),
      );
}
