import type { Visibility, Workspace } from '../../prisma/generated/client/client.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext, SpaceAccess } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { publishWorkspaceChange } from '../engines/events/publish-workspace-change.js';
import { DomainError } from '../errors.js';
import { checkChanges } from '../validation/check-changes.js';
import { checkName } from '../validation/validate.js';
import {
  checkBranch,
  checkConnectors,
  checkOwner,
  checkRepositoryAndBranchName,
} from './check-references.js';
import { assertNotArchived, type LoadedWorkspace, loadWorkspace } from './load-workspace.js';
import { lockWorkspace } from './lock-workspace.js';
import type { WorkspaceServices } from './workspace-services.js';

/** The fields of a workspace to change; an absent field stays as it is. */
export interface UpdateWorkspaceInput {
  name?: string | null;
  defaultRepositoryId?: string | null;
  defaultBranch?: string | null;
  ownerUserId?: string | null;
  visibility?: Visibility | null;
  /** `null` and an empty list remove all. */
  authoringQueryConnectorIds?: string[] | null;
}

const maxAttempts = 5;

/**
 * Changes a workspace. Needs the scope `write` and `can_manage`, also at the time of the write. Only the owner and space admins
 * may change the owner. The caller must be allowed to edit a new repository.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `workspace_archived`, `invalid_request`, `invalid_ref`,
 *   `storage_unavailable` when others change it all the time
 */
export async function updateWorkspace(
  services: WorkspaceServices,
  ctx: RequestContext,
  spaceSlug: string,
  workspaceId: string,
  input: UpdateWorkspaceInput,
): Promise<Workspace> {
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    const updated = await checkAndUpdate(services, ctx, spaceSlug, workspaceId, input);
    if (!updated) continue;
    publishWorkspaceChange(services.bus, updated, 'updated');
    return updated;
  }
  throw new DomainError('storage_unavailable', 'Others change this workspace now; try again.', {
    retryAfterSeconds: 1,
  });
}

/** Checks and writes the changes. Undefined when the workspace got another repository meanwhile: check again then. */
async function checkAndUpdate(
  services: WorkspaceServices,
  ctx: RequestContext,
  spaceSlug: string,
  workspaceId: string,
  input: UpdateWorkspaceInput,
): Promise<Workspace | undefined> {
  const loaded = await loadWorkspace(services, ctx, spaceSlug, workspaceId, 'manage');
  requireScope(ctx, 'write');
  const { access, workspace } = loaded;
  assertNotArchived(workspace);
  const { authoringQueryConnectorIds, ...others } = input;
  const isRelocated = input.defaultRepositoryId != null || input.defaultBranch != null;
  const { given, checked: all } = await checkChanges(others, ({ name, ownerUserId, ...more }) => ({
    name: () => (name === undefined ? undefined : checkName(name)),
    repositoryAndBranch: () => (isRelocated ? checkRepositoryAndBranch(services, ctx, loaded, more) : {}),
    ownerUserId: () =>
      ownerUserId === undefined ? undefined : checkNewOwner(services, ctx, loaded, ownerUserId),
    authoringQueryConnectorIds: () =>
      authoringQueryConnectorIds === undefined
        ? undefined
        : checkConnectors(services, access, authoringQueryConnectorIds ?? []),
  }));
  const { repositoryAndBranch, ...checked } = all;
  return services.prisma.$transaction(async (tx) => {
    const before = await lockWorkspace(tx, ctx, loaded, 'manage');
    assertNotArchived(before);
    if (checked.ownerUserId !== undefined) assertMaySetOwner(ctx, access, before, checked.ownerUserId);
    if (isRelocated && before.defaultRepositoryId !== workspace.defaultRepositoryId) return undefined;
    return tx.workspace.update({
      where: { id: before.id },
      data: { ...checked, ...repositoryAndBranch, visibility: given.visibility },
    });
  });
}

/** Checks a new repository or branch. For a new repository, the branch defaults to its default branch. */
async function checkRepositoryAndBranch(
  services: WorkspaceServices,
  ctx: RequestContext,
  { access, workspace }: LoadedWorkspace,
  input: UpdateWorkspaceInput,
): Promise<{ defaultRepositoryId?: string; defaultBranch?: string }> {
  const repository =
    input.defaultRepositoryId == null
      ? workspace.defaultRepository
      : await checkRepositoryAndBranchName(services, ctx, access, {
          id: input.defaultRepositoryId,
          branch: input.defaultBranch,
        });
  const moves = repository.id !== workspace.defaultRepositoryId;
  const branch = input.defaultBranch ?? (moves ? repository.defaultBranch : undefined);
  return {
    defaultRepositoryId: moves ? repository.id : undefined,
    defaultBranch: branch === undefined ? undefined : await checkBranch(services, repository, branch),
  };
}

/**
 * Checks the new owner of a workspace. Only the current owner and space admins may change the owner.
 * @throws DomainError `forbidden` for other callers, `invalid_request` when the new owner is not a member of the space
 */
export async function checkNewOwner(
  services: PrismaService,
  ctx: RequestContext,
  loaded: LoadedWorkspace,
  userId: string,
): Promise<string> {
  const { access, workspace } = loaded;
  assertMaySetOwner(ctx, access, workspace, userId);
  return userId === workspace.ownerUserId ? userId : checkOwner(services, access, userId);
}

/**
 * Refuses a change of the owner by others than the owner and space admins.
 * @param workspace with the owner until now; to set the same one is no change
 * @throws DomainError `forbidden`
 */
export function assertMaySetOwner(
  ctx: RequestContext,
  access: SpaceAccess,
  { ownerUserId }: Pick<Workspace, 'ownerUserId'>,
  userId: string,
): void {
  if (userId === ownerUserId || access.role === 'admin' || ownerUserId === ctx.actor.userId) return;
  throw new DomainError('forbidden', 'Only the owner of a workspace and space admins may change its owner.');
}
