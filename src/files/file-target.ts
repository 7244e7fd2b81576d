import type { Repository, Workspace } from '../../prisma/generated/client/client.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext, SpaceAccess } from '../context.js';
import type { GitRepository } from '../engines/git/git-store.js';
import { assertBranchWritable } from '../repositories/branches/assert-branch-writable.js';
import { checkBranchName } from '../repositories/check-ref.js';
import { assertRepositoryOpen, loadRepository } from '../repositories/load-repository.js';
import { assertNotArchived, loadWorkspace } from '../workspaces/load-workspace.js';
import type { FileServices } from './file-services.js';

/** How files are addressed: through a workspace, or through its repository (older clients). */
export type FileTarget = { workspaceId: string } | { repositoryId: string };

/** A repository that the caller may read or write, with the branch that is meant when none is given. */
export interface LoadedTarget {
  access: SpaceAccess;
  repository: Repository;
  /** Null when addressed by repository. */
  workspace: Workspace | null;
  defaultBranch: string;
  git: GitRepository;
}

/**
 * Loads what a file request addresses and authorizes the caller: `view` to read, `edit` to write (then the scope
 * `write` is needed and the workspace must not be archived).
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `workspace_archived`
 */
export async function loadFileTarget(
  services: FileServices,
  ctx: RequestContext,
  spaceSlug: string,
  target: FileTarget,
  need: 'view' | 'edit',
): Promise<LoadedTarget> {
  requireScope(ctx, need === 'view' ? 'read' : 'write');
  if (isByRepository(target)) {
    const loaded = await loadRepository(services, ctx, spaceSlug, target.repositoryId, need);
    if (need === 'edit') assertRepositoryOpen(loaded);
    const { access, repository } = loaded;
    const git = await services.git.repository(repository.id);
    return { access, repository, workspace: null, defaultBranch: repository.defaultBranch, git };
  }
  const { access, workspace } = await loadWorkspace(services, ctx, spaceSlug, target.workspaceId, need);
  if (need === 'edit') assertNotArchived(workspace);
  const repository = workspace.defaultRepository;
  const git = await services.git.repository(repository.id);
  return { access, repository, workspace, defaultBranch: workspace.defaultBranch, git };
}

function isByRepository(target: FileTarget): target is { repositoryId: string } {
  return 'repositoryId' in target && target.repositoryId != null;
}

/** A {@link LoadedTarget} with a branch of it that the caller may write to. */
export interface BranchTarget extends LoadedTarget {
  branch: string;
}

/**
 * Loads what a write addresses and authorizes the caller for its branch, before anything else of the request is looked at.
 * @param branch default the target's
 * @throws DomainError what {@link loadFileTarget} throws, `invalid_ref`, `branch_protected`
 */
export async function loadBranchTarget(
  services: FileServices,
  ctx: RequestContext,
  spaceSlug: string,
  address: FileTarget,
  branch: string | null | undefined,
): Promise<BranchTarget> {
  const target = await loadFileTarget(services, ctx, spaceSlug, address, 'edit');
  const name = checkBranchName(branch ?? target.defaultBranch);
  await assertBranchWritable(services, target, name);
  return { ...target, branch: name };
}
