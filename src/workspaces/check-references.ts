import type { Repository } from '../../prisma/generated/client/client.js';
import { repositoryPermissions } from '../access/repository-policy.js';
import type { RequestContext, SpaceAccess } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { DomainError, invalidField } from '../errors.js';
import { checkEach } from '../validation/check-all.js';
import { isUuid } from '../validation/validate.js';
import type { WorkspaceServices } from './workspace-services.js';

const mostConnectors = 100;

/**
 * The repository of a body, which must be one of this space that the caller may edit.
 * @throws DomainError `invalid_request` when it is unknown here, `forbidden`
 */
export async function checkRepository(
  services: PrismaService,
  ctx: RequestContext,
  access: SpaceAccess,
  id: string,
): Promise<Repository> {
  const found = isUuid(id)
    ? await services.prisma.repository.findFirst({
        where: { id, spaceId: access.space.id },
        include: { workspaces: { include: { grants: true } } },
      })
    : null;
  if (!found) throw invalidField('defaultRepositoryId', 'is not a repository of this space', 'unknown');
  const { workspaces, ...repository } = found;
  if (!repositoryPermissions({ userId: ctx.actor.userId, access }, workspaces).canEdit) {
    throw new DomainError(
      'forbidden',
      'You may not edit this repository; ask the owner of a workspace over it.',
    );
  }
  return repository;
}

/** @throws DomainError `invalid_request` unless the branch exists */
export async function checkBranch(
  { git: store }: Pick<WorkspaceServices, 'git'>,
  repository: Repository,
  branch: string,
): Promise<string> {
  const git = await store.repository(repository.id);
  try {
    await git.resolveBranch(branch);
  } catch (error) {
    if (error instanceof DomainError && ['not_found', 'invalid_ref'].includes(error.code)) {
      throw invalidField('defaultBranch', 'is not a branch of this repository', 'unknown');
    }
    throw error;
  }
  return branch;
}

/** @throws DomainError `invalid_request` unless the user is a member of this space (a platform admin always is) */
export async function checkOwner(
  services: PrismaService,
  access: SpaceAccess,
  userId: string,
): Promise<string> {
  const found = isUuid(userId)
    ? await services.prisma.user.findFirst({
        where: {
          id: userId,
          OR: [{ isPlatformAdmin: true }, { memberships: { some: { spaceId: access.space.id } } }],
        },
      })
    : null;
  if (!found) throw invalidField('ownerUserId', 'is not a member of this space', 'unknown');
  return found.id;
}

/** @throws DomainError `invalid_request` unless all are connectors of this space; duplicates are dropped */
export async function checkConnectors(
  services: PrismaService,
  access: SpaceAccess,
  ids: string[],
): Promise<string[]> {
  const field = 'authoringQueryConnectorIds';
  const unique = [...new Set(ids.map((id) => id.toLowerCase()))];
  if (unique.length > mostConnectors)
    throw invalidField(field, `must have at most ${mostConnectors} items`, 'too_long');
  const known = await services.prisma.queryConnector.findMany({
    where: { spaceId: access.space.id, id: { in: unique.filter(isUuid) } },
    select: { id: true },
  });
  const knownIds = new Set(known.map((connector) => connector.id));
  await checkEach(ids, (id, index) => {
    if (!knownIds.has(id.toLowerCase()))
      throw invalidField([field, index], 'is not a query connector of this space', 'unknown');
  });
  return unique;
}
