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

/** The rows of a repository that the caller may view, as this request loaded and authorized them. */
export interface FileRows {
  repository: Repository;
  /** The workspace that the files are addressed through; null when they are addressed by repository. */
  workspace: Workspace | null;
}

/** A repository whose files can be read, with the branch that requests without one use. */
export interface FileSource extends FileRows {
  defaultBranch: string;
  git: GitRepository;
}

/** A {@link FileSource} that the caller may read or write, with their access to its space. */
export interface LoadedTarget extends FileSource {
  access: SpaceAccess;
}

/** Opens the repository of rows that were loaded and authorized already. */
export async function openFileSource(
  { git }: Pick<FileServices, 'git'>,
  { repository, workspace }: FileRows,
): Promise<FileSource> {
  const { defaultBranch } = workspace ?? repository;
  return { repository, workspace, defaultBranch, git: await git.repository(repository.id) };
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
    return { access, ...(await openFileSource(services, { repository, workspace: null })) };
  }
  const { access, workspace } = await loadWorkspace(services, ctx, spaceSlug, target.workspaceId, need);
  if (need === 'edit') assertNotArchived(workspace);
  const repository = workspace.defaultRepository;
  return { access, ...(await openFileSource(services, { repository, workspace })) };
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
