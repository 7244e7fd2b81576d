import type { Visibility, Workspace } from '../../prisma/generated/client/client.js';
import { loadSpace } from '../access/load-space.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext, SpaceAccess } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { publishWorkspaceChange } from '../engines/events/publish-workspace-change.js';
import { DomainError } from '../errors.js';
import { checkAll } from '../validation/check-all.js';
import { checkName } from '../validation/validate.js';
import {
  checkBranch,
  checkConnectors,
  checkOwner,
  checkRepositoryAndBranchName,
} from './check-references.js';
import type { WorkspaceServices } from './workspace-services.js';

/** A new workspace. */
export interface CreateWorkspaceInput {
  name: string;
  defaultRepositoryId: string;
  /** Default the default branch of the repository. */
  defaultBranch?: string | null;
  /** Default the caller. */
  ownerUserId?: string | null;
  /** Default `private`. */
  visibility?: Visibility | null;
  /** Default none. */
  authoringQueryConnectorIds?: string[] | null;
}

/**
 * Loads a space and checks that the caller may create a workspace in it.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`
 */
export async function loadSpaceForNewWorkspace(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
): Promise<SpaceAccess> {
  const access = await loadSpace(services, ctx, spaceSlug);
  requireScope(ctx, 'write');
  if (access.role === 'viewer') {
    throw new DomainError('forbidden', 'To create a workspace, you need the role editor in this space.');
  }
  return access;
}

/**
 * Creates a workspace of a repository that the caller may edit. Needs the scope `write` and the space role editor.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `invalid_request`, `invalid_ref`
 */
export async function createWorkspace(
  services: WorkspaceServices,
  ctx: RequestContext,
  spaceSlug: string,
  input: CreateWorkspaceInput,
): Promise<Workspace> {
  const access = await loadSpaceForNewWorkspace(services, ctx, spaceSlug);
  const { repositoryAndBranch, ...checked } = await checkAll({
    name: () => checkName(input.name),
    repositoryAndBranch: () => checkRepositoryAndBranch(services, ctx, access, input),
    ownerUserId: () => checkOwner(services, access, input.ownerUserId ?? ctx.actor.userId),
    authoringQueryConnectorIds: () =>
      checkConnectors(services, access, input.authoringQueryConnectorIds ?? []),
  });
  const workspace = await services.prisma.workspace.create({
    data: {
      spaceId: access.space.id,
      visibility: input.visibility ?? 'private',
      ...checked,
      ...repositoryAndBranch,
    },
  });
  publishWorkspaceChange(services.bus, workspace, 'created');
  return workspace;
}

/** Checks the repository, and the branch: default the default branch of the repository. */
async function checkRepositoryAndBranch(
  services: WorkspaceServices,
  ctx: RequestContext,
  access: SpaceAccess,
  input: CreateWorkspaceInput,
): Promise<{ defaultRepositoryId: string; defaultBranch: string }> {
  const named = { id: input.defaultRepositoryId, branch: input.defaultBranch };
  const repository = await checkRepositoryAndBranchName(services, ctx, access, named);
  const branch = input.defaultBranch ?? repository.defaultBranch;
  return {
    defaultRepositoryId: repository.id,
    defaultBranch: await checkBranch(services, repository, branch),
  };
}
