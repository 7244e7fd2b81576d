import type { Visibility, Workspace } from '../../prisma/generated/client/client.js';
import { loadSpace } from '../access/load-space.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext, SpaceAccess } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { publishWorkspaceChange } from '../engines/events/publish-workspace-change.js';
import { DomainError } from '../errors.js';
import { checkAll } from '../validation/check-all.js';
import { checkName } from '../validation/validate.js';
import { checkBranch, checkConnectors, checkOwner, checkRepository } from './check-references.js';
import type { WorkspaceServices } from './workspace-services.js';

/** What a client gives for a new workspace; what is absent takes the contract's default. */
export interface CreateWorkspaceInput {
  name: string;
  defaultRepositoryId: string;
  defaultBranch?: string | null;
  ownerUserId?: string | null;
  visibility?: Visibility | null;
  authoringQueryConnectorIds?: string[] | null;
}

/**
 * Loads a space to make a workspace in.
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
    throw new DomainError('forbidden', 'Making a workspace needs the role editor in this space.');
  }
  return access;
}

/**
 * Makes a workspace over a repository that the caller may edit. Needs the scope `write` and the space role editor.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `invalid_request`
 */
export async function createWorkspace(
  services: WorkspaceServices,
  ctx: RequestContext,
  spaceSlug: string,
  input: CreateWorkspaceInput,
): Promise<Workspace> {
  const access = await loadSpaceForNewWorkspace(services, ctx, spaceSlug);
  const { location, ...checked } = await checkAll({
    name: () => checkName(input.name),
    location: () => checkLocation(services, ctx, access, input),
    ownerUserId: () => checkOwner(services, access, input.ownerUserId ?? ctx.actor.userId),
    authoringQueryConnectorIds: () =>
      checkConnectors(services, access, input.authoringQueryConnectorIds ?? []),
  });
  const workspace = await services.prisma.workspace.create({
    data: {
      spaceId: access.space.id,
      visibility: input.visibility ?? 'private',
      ...checked,
      ...location,
    },
  });
  publishWorkspaceChange(services.bus, workspace, 'created');
  return workspace;
}

/** The repository, and the branch in it: its default branch unless one is given. */
async function checkLocation(
  services: WorkspaceServices,
  ctx: RequestContext,
  access: SpaceAccess,
  input: CreateWorkspaceInput,
): Promise<{ defaultRepositoryId: string; defaultBranch: string }> {
  const repository = await checkRepository(services, ctx, access, input.defaultRepositoryId);
  const branch = input.defaultBranch ?? repository.defaultBranch;
  return {
    defaultRepositoryId: repository.id,
    defaultBranch: await checkBranch(services, repository, branch),
  };
}
