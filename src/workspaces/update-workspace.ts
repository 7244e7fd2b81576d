import type { Visibility, Workspace } from '../../prisma/generated/client/client.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { publishWorkspaceChange } from '../engines/events/publish-workspace-change.js';
import { DomainError } from '../errors.js';
import { checkAll } from '../validation/check-all.js';
import { refuseNulls } from '../validation/check-input.js';
import { checkName } from '../validation/validate.js';
import { checkBranch, checkConnectors, checkOwner, checkRepository } from './check-references.js';
import { assertNotArchived, type LoadedWorkspace, loadWorkspace } from './load-workspace.js';
import type { WorkspaceServices } from './workspace-services.js';

/** What to change of a workspace; what is absent stays. */
export interface UpdateWorkspaceInput {
  name?: string | null;
  defaultRepositoryId?: string | null;
  defaultBranch?: string | null;
  ownerUserId?: string | null;
  visibility?: Visibility | null;
  /** `null` and an empty list clear. */
  authoringQueryConnectorIds?: string[] | null;
}

/**
 * Changes a workspace's metadata. Needs the scope `write` and `can_manage`; the owner only the owner and space admins
 * change; another repository must be one that the caller may edit.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `workspace_archived`, `invalid_request`
 */
export async function updateWorkspace(
  services: WorkspaceServices,
  ctx: RequestContext,
  spaceSlug: string,
  workspaceId: string,
  input: UpdateWorkspaceInput,
): Promise<Workspace> {
  const loaded = await loadWorkspace(services, ctx, spaceSlug, workspaceId, 'manage');
  requireScope(ctx, 'write');
  const { access, workspace } = loaded;
  assertNotArchived(workspace);
  const { authoringQueryConnectorIds, ...others } = input;
  const given = refuseNulls(others);
  const placed = given.defaultRepositoryId !== undefined || given.defaultBranch !== undefined;
  const { location, ...checked } = await checkAll({
    name: () => (given.name === undefined ? undefined : checkName(given.name)),
    location: () => (placed ? checkLocation(services, ctx, loaded, given) : {}),
    ownerUserId: () =>
      given.ownerUserId === undefined ? undefined : checkNewOwner(services, ctx, loaded, given.ownerUserId),
    authoringQueryConnectorIds: () =>
      authoringQueryConnectorIds === undefined
        ? undefined
        : checkConnectors(services, access, authoringQueryConnectorIds ?? []),
  });
  const [updated] = await services.prisma.workspace.updateManyAndReturn({
    where: { id: workspace.id, defaultRepositoryId: placed ? workspace.defaultRepositoryId : undefined },
    data: { ...checked, ...location, visibility: given.visibility },
  });
  // Another change moved it to another repository meanwhile, in which the branch was not looked for.
  if (!updated) return updateWorkspace(services, ctx, spaceSlug, workspaceId, input);
  publishWorkspaceChange(services.bus, updated, 'updated');
  return updated;
}

/** The repository and the branch to write: another repository brings its default branch unless one is given. */
async function checkLocation(
  services: WorkspaceServices,
  ctx: RequestContext,
  { access, workspace }: LoadedWorkspace,
  input: UpdateWorkspaceInput,
): Promise<{ defaultRepositoryId?: string; defaultBranch?: string }> {
  const repository =
    input.defaultRepositoryId == null
      ? workspace.defaultRepository
      : await checkRepository(services, ctx, access, input.defaultRepositoryId);
  const moves = repository.id !== workspace.defaultRepositoryId;
  const branch = input.defaultBranch ?? (moves ? repository.defaultBranch : undefined);
  return {
    defaultRepositoryId: moves ? repository.id : undefined,
    defaultBranch: branch === undefined ? undefined : await checkBranch(services, repository, branch),
  };
}

/** @throws DomainError `forbidden` unless the caller may give the workspace away, `invalid_request` for an unknown user */
export async function checkNewOwner(
  services: PrismaService,
  ctx: RequestContext,
  loaded: LoadedWorkspace,
  userId: string,
): Promise<string> {
  const { access, workspace } = loaded;
  if (userId === workspace.ownerUserId) return userId;
  if (access.role !== 'admin' && workspace.ownerUserId !== ctx.actor.userId) {
    throw new DomainError('forbidden', 'Only the owner and space admins change the owner of a workspace.');
  }
  return checkOwner(services, access, userId);
}
