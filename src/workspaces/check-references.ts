import type { Repository } from '../../prisma/generated/client/client.js';
import { repositoryPermissions } from '../access/repository-policy.js';
import type { RequestContext, SpaceAccess } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { branchNamed, checkBranchName } from '../engines/git/check-ref.js';
import { DomainError, invalidField } from '../errors.js';
import { checkAll, checkEach } from '../validation/check-all.js';
import { checkIdOf, type NamedBy, unknownId } from '../validation/unknown-id.js';
import { isUuid } from '../validation/validate.js';
import type { WorkspaceServices } from './workspace-services.js';

const maxConnectors = 100;
const connectorsField = 'authoringQueryConnectorIds';
const aRepository: NamedBy = ['defaultRepositoryId', 'a repository of this space'];
const anOwner: NamedBy = ['ownerUserId', 'a member of this space'];

/** Checks the form of a repository's id. @throws FieldError as for an unknown repository */
export function checkRepositoryId(id: string): string {
  return checkIdOf(id, ...aRepository);
}

/** Checks the form of an owner's id. @throws FieldError as for a user who is no member */
export function checkOwnerId(id: string): string {
  return checkIdOf(id, ...anOwner);
}

/** Checks the form of a query connector's id. @param index in its list @throws FieldError as for an unknown connector */
export function checkConnectorId(id: string, index: number): string {
  return checkIdOf(id, ...connectorAt(index));
}

/** Checks the number of query connectors. @throws FieldError for more than 100, also where one is listed twice */
export function checkConnectorCount(ids: readonly unknown[]): void {
  if (ids.length > maxConnectors)
    throw invalidField(connectorsField, `must have at most ${maxConnectors} items`, 'too_long');
}

function connectorAt(index: number): NamedBy {
  return [[connectorsField, index], 'a query connector of this space'];
}

/**
 * Loads the repository that a client names for a workspace, and checks that the caller may edit it.
 * @throws DomainError `invalid_request` when the space has no such repository, `forbidden`
 */
export async function checkRepository(
  services: PrismaService,
  ctx: RequestContext,
  access: SpaceAccess,
  id: string,
): Promise<Repository> {
  const found = await services.prisma.repository.findFirst({
    where: { id: checkRepositoryId(id), spaceId: access.space.id },
    include: { workspaces: { include: { grants: true } } },
  });
  if (!found) throw unknownId(...aRepository);
  const { workspaces, ...repository } = found;
  if (!repositoryPermissions({ userId: ctx.actor.userId, access }, workspaces).canEdit) {
    throw new DomainError(
      'forbidden',
      'You may not edit this repository; ask the owner of one of its workspaces.',
    );
  }
  return repository;
}

/**
 * Checks the repository and the form of the branch that a client names together.
 * @param branch undefined or null when the client names none
 * @throws DomainError what {@link checkRepository} throws, `invalid_ref` for a malformed branch name
 */
export async function checkRepositoryAndBranchName(
  services: PrismaService,
  ctx: RequestContext,
  access: SpaceAccess,
  { id, branch }: { id: string; branch: string | null | undefined },
): Promise<Repository> {
  const { repository } = await checkAll({
    repository: () => checkRepository(services, ctx, access, id),
    branch: () => (branch == null ? undefined : checkBranchName(branch, 'defaultBranch')),
  });
  return repository;
}

/**
 * Checks the default branch that a client names.
 * @returns its name
 * @throws DomainError `invalid_ref` for a malformed name, `invalid_request` when the repository has no such branch
 */
export async function checkBranch(
  { git: store }: Pick<WorkspaceServices, 'git'>,
  repository: Repository,
  branch: string,
): Promise<string> {
  const git = await store.repository(repository.id);
  const name = await branchNamed(git, branch, 'defaultBranch');
  try {
    await git.resolveBranch(name);
  } catch (error) {
    if (!(error instanceof DomainError && error.code === 'not_found')) throw error;
    throw invalidField('defaultBranch', 'is not a branch of this repository', 'unknown');
  }
  return name;
}

/**
 * Checks the owner that a client names: a member of the space, or a platform admin.
 * @throws DomainError `invalid_request` for another user
 */
export async function checkOwner(
  services: PrismaService,
  access: SpaceAccess,
  userId: string,
): Promise<string> {
  const found = await services.prisma.user.findFirst({
    where: {
      id: checkOwnerId(userId),
      OR: [{ isPlatformAdmin: true }, { memberships: { some: { spaceId: access.space.id } } }],
    },
  });
  if (!found) throw unknownId(...anOwner);
  return found.id;
}

/**
 * Checks the query connectors that a client names.
 * @returns their ids in lower case, each once
 * @throws DomainError `invalid_request` for more than 100, or for one that is not in the space
 */
export async function checkConnectors(
  services: PrismaService,
  access: SpaceAccess,
  ids: string[],
): Promise<string[]> {
  checkConnectorCount(ids);
  const unique = [...new Set(ids.map((id) => id.toLowerCase()))];
  const known = await services.prisma.queryConnector.findMany({
    where: { spaceId: access.space.id, id: { in: unique.filter(isUuid) } },
    select: { id: true },
  });
  const knownIds = new Set(known.map((connector) => connector.id));
  await checkEach(ids, (id, index) => {
    if (!knownIds.has(id.toLowerCase())) throw unknownId(...connectorAt(index));
  });
  return unique;
}
