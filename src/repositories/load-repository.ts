import type { Repository } from '../../prisma/generated/client/client.js';
import { loadSpace } from '../access/load-space.js';
import { repositoryPermissions } from '../access/repository-policy.js';
import type { RequestContext, SpaceAccess } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { DomainError, notFound } from '../errors.js';
import { isUuid } from '../validation/validate.js';

/** A repository that the caller may act on. */
export interface LoadedRepository {
  access: SpaceAccess;
  repository: Repository;
  /** Whether there are workspaces over it, but none that the caller may edit it by is open: it takes no writes then. */
  isArchived: boolean;
}

/**
 * Loads a repository in its space and authorizes the caller through the workspaces over it.
 * @throws DomainError `not_found` when it is not in this space, `forbidden`
 */
export async function loadRepository(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  repositoryId: string,
  need: 'view' | 'edit',
): Promise<LoadedRepository> {
  const access = await loadSpace(services, ctx, spaceSlug);
  const found = isUuid(repositoryId)
    ? await services.prisma.repository.findFirst({
        where: { id: repositoryId, spaceId: access.space.id },
        include: { workspaces: { include: { grants: true } } },
      })
    : null;
  if (!found) throw notFound('The repository');
  const { workspaces, ...repository } = found;
  const viewer = { userId: ctx.actor.userId, access };
  const may = repositoryPermissions(viewer, workspaces);
  if (need === 'view' ? !may.canView : !may.canEdit) {
    throw new DomainError(
      'forbidden',
      `You may not ${need} this repository; ask for access to a workspace over it.`,
    );
  }
  const open = workspaces.filter(({ archivedAt }) => archivedAt === null);
  const isOpen = open.length > 0 && repositoryPermissions(viewer, open).canEdit;
  return { access, repository, isArchived: workspaces.length > 0 && !isOpen };
}

/** @throws DomainError `workspace_archived` when the repository takes no writes */
export function assertRepositoryOpen({ isArchived }: Pick<LoadedRepository, 'isArchived'>): void {
  if (isArchived) {
    throw new DomainError(
      'workspace_archived',
      'The workspaces over this repository are archived; unarchive one to change it.',
    );
  }
}
