import type { Visibility, Workspace } from '../../prisma/generated/client/client.js';
import { requireScope } from '../access/require-scope.js';
import { loadSpace, type SpaceAccess } from '../access/space-access.js';
import type { RequestContext } from '../context.js';
import { DomainError } from '../errors.js';
import { checkName } from '../validation/validate.js';
import { checkBranch, checkConnectors, checkOwner, checkRepository } from './check-references.js';
import { publishWorkspace } from './publish-workspace.js';

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
export async function loadSpaceForNew(ctx: RequestContext, spaceSlug: string): Promise<SpaceAccess> {
  const access = await loadSpace(ctx, spaceSlug);
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
  ctx: RequestContext,
  spaceSlug: string,
  input: CreateWorkspaceInput,
): Promise<Workspace> {
  const access = await loadSpaceForNew(ctx, spaceSlug);
  const name = checkName(input.name);
  const repository = await checkRepository(ctx, access, input.defaultRepositoryId);
  const defaultBranch = await checkBranch(ctx, repository, input.defaultBranch ?? repository.defaultBranch);
  const ownerUserId = await checkOwner(ctx, access, input.ownerUserId ?? ctx.actor.userId);
  const authoringQueryConnectorIds = await checkConnectors(
    ctx,
    access,
    input.authoringQueryConnectorIds ?? [],
  );
  const workspace = await ctx.services.prisma.workspace.create({
    data: {
      spaceId: access.space.id,
      name,
      defaultRepositoryId: repository.id,
      defaultBranch,
      ownerUserId,
      visibility: input.visibility ?? 'private',
      authoringQueryConnectorIds,
    },
  });
  publishWorkspace(ctx, workspace, 'created');
  return workspace;
}
