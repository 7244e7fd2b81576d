import type { Visibility, Workspace } from '../../prisma/generated/client/client.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { publishWorkspaceChange } from '../engines/events/publish-workspace-change.js';
import { DomainError, invalidField } from '../errors.js';
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
  for (const field of notNullable) {
    if (input[field] === null) throw invalidField(snakeCase(field), 'must not be null');
  }
  const placed = input.defaultRepositoryId !== undefined || input.defaultBranch !== undefined;
  const [updated] = await services.prisma.workspace.updateManyAndReturn({
    where: { id: workspace.id, defaultRepositoryId: placed ? workspace.defaultRepositoryId : undefined },
    data: {
      name: input.name == null ? undefined : checkName(input.name),
      ...(placed ? await checkPlace(services, ctx, loaded, input) : {}),
      ownerUserId:
        input.ownerUserId == null ? undefined : await checkNewOwner(services, ctx, loaded, input.ownerUserId),
      visibility: input.visibility ?? undefined,
      authoringQueryConnectorIds:
        input.authoringQueryConnectorIds === undefined
          ? undefined
          : await checkConnectors(services, access, input.authoringQueryConnectorIds ?? []),
    },
  });
  // Another change moved it to another repository meanwhile, in which the branch was not looked for.
  if (!updated) return updateWorkspace(services, ctx, spaceSlug, workspaceId, input);
  publishWorkspaceChange(services.bus, updated, 'updated');
  return updated;
}

/** The repository and the branch to write: another repository brings its default branch unless one is given. */
async function checkPlace(
  services: WorkspaceServices,
  ctx: RequestContext,
  { access, workspace }: LoadedWorkspace,
  input: UpdateWorkspaceInput,
): Promise<{ defaultRepositoryId?: string; defaultBranch?: string }> {
  const repository = input.defaultRepositoryId
    ? await checkRepository(services, ctx, access, input.defaultRepositoryId)
    : workspace.defaultRepository;
  const moves = repository.id !== workspace.defaultRepositoryId;
  const branch = input.defaultBranch ?? (moves ? repository.defaultBranch : undefined);
  return {
    defaultRepositoryId: moves ? repository.id : undefined,
    defaultBranch: branch === undefined ? undefined : await checkBranch(services, repository, branch),
  };
}

const notNullable = ['name', 'defaultRepositoryId', 'defaultBranch', 'ownerUserId', 'visibility'] as const;

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
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
