import type { Repository } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import { DomainError, notFound } from '../errors.js';
import { repositoryPermissions } from '../policies/repository-policy.js';
import { loadSpace, type SpaceAccess } from '../spaces/space-access.js';
import { isUuid } from '../validate.js';

/** A repository that the caller may act on. */
export interface LoadedRepository {
  access: SpaceAccess;
  repository: Repository;
}

/**
 * Loads a repository in its space and authorizes the caller through the workspaces over it.
 * @throws DomainError `not_found` when it is not in this space, `forbidden`
 */
export async function loadRepository(
  ctx: RequestContext,
  spaceSlug: string,
  repositoryId: string,
  need: 'view' | 'edit',
): Promise<LoadedRepository> {
  const access = await loadSpace(ctx, spaceSlug);
  const found = isUuid(repositoryId)
    ? await ctx.services.prisma.repository.findFirst({
        where: { id: repositoryId, spaceId: access.space.id },
        include: { workspaces: { include: { grants: true } } },
      })
    : null;
  if (!found) throw notFound('The repository');
  const { workspaces, ...repository } = found;
  const may = repositoryPermissions({ userId: ctx.actor.userId, access }, workspaces);
  if (need === 'view' ? !may.canView : !may.canEdit) {
    throw new DomainError(
      'forbidden',
      `You may not ${need} this repository; ask for access to a workspace over it.`,
    );
  }
  return { access, repository };
}
