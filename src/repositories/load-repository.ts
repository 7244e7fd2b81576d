import type { Repository } from '../../prisma/generated/client/client.js';
import { loadSpace } from '../access/load-space.js';
import { repositoryPermissions } from '../access/repository-policy.js';
import type { RequestContext, SpaceAccess } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { DomainError, notFound } from '../errors.js';
import { isUuid } from '../validation/validate.js';
import { loadRepositoryWithWorkspaces } from './load-repository-row.js';

/** A repository for which the caller is authorized. */
export interface LoadedRepository {
  /** The caller's access to the space. */
  access: SpaceAccess;
  repository: Repository;
  /**
   * Whether the repository is read-only for the caller: it has workspaces, but all that let the caller edit it are archived.
   */
  isArchived: boolean;
}

/**
 * Loads a repository in its space and authorizes the caller by its workspaces.
 * @throws DomainError `not_found` when it is not in this space, `forbidden` when the caller lacks `need`
 */
export async function loadRepository(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  repositoryId: string,
  need: 'view' | 'edit',
): Promise<LoadedRepository> {
  const access = await loadSpace(services, ctx, spaceSlug);
  const found = isUuid(repositoryId) ? await loadRepositoryWithWorkspaces(services, ctx, repositoryId) : null;
  if (found?.spaceId !== access.space.id) throw notFound('The repository');
  const { workspaces, ...repository } = found;
  const viewer = { userId: ctx.actor.userId, access };
  const may = repositoryPermissions(viewer, workspaces);
  if (need === 'view' ? !may.canView : !may.canEdit) {
    throw new DomainError(
      'forbidden',
      `You may not ${need} this repository; ask for access to one of its workspaces.`,
    );
  }
  const unarchived = workspaces.filter(({ archivedAt }) => archivedAt === null);
  const isOpen = unarchived.length > 0 && repositoryPermissions(viewer, unarchived).canEdit;
  return { access, repository, isArchived: workspaces.length > 0 && !isOpen };
}

/** Refuses a write to a repository that is read-only for the caller. @throws DomainError `workspace_archived` */
export function assertRepositoryOpen({ isArchived }: Pick<LoadedRepository, 'isArchived'>): void {
  if (isArchived) {
    throw new DomainError(
      'workspace_archived',
      'The workspaces of this repository are archived; unarchive one to change the repository.',
    );
  }
}
