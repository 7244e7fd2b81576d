import type { Repository, Workspace } from '../../prisma/generated/client/client.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext, SpaceAccess } from '../context.js';
import { branchNamed } from '../engines/git/check-ref.js';
import type { GitRepository } from '../engines/git/git-store.js';
import { assertBranchWritable } from '../repositories/branches/assert-branch-writable.js';
import { assertRepositoryOpen, loadRepository } from '../repositories/load-repository.js';
import { assertNotArchived, loadWorkspace } from '../workspaces/load-workspace.js';
import type { FileServices } from './file-services.js';

/** What a file request addresses: a workspace, or (older clients) its repository. */
export type FileTarget = { workspaceId: string } | { repositoryId: string };

/** The rows that a request loaded and authorized before it reads files. */
export interface FileRows {
  repository: Repository;
  /** The addressed workspace; null when the request addresses the repository. */
  workspace: Workspace | null;
}

/** An opened repository whose files the caller may read. */
export interface FileSource extends FileRows {
  /** The branch for requests that name none: that of the workspace, else the default branch of the repository. */
  defaultBranch: string;
  git: GitRepository;
}

/** A {@link FileSource} with the caller's access to its space. */
export interface LoadedTarget extends FileSource {
  access: SpaceAccess;
}

/** Opens the repository of rows that were already authorized. */
export async function openFileSource(
  { git }: Pick<FileServices, 'git'>,
  { repository, workspace }: FileRows,
): Promise<FileSource> {
  const { defaultBranch } = workspace ?? repository;
  return { repository, workspace, defaultBranch, git: await git.repository(repository.id) };
}

/**
 * Loads what a file request addresses and authorizes the caller.
 * @param need `view` to read, with the scope `read`; `edit` to write, with the scope `write` and an unarchived workspace
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

/** A {@link LoadedTarget} and one of its branches, to which the caller may write. */
export interface BranchTarget extends LoadedTarget {
  branch: string;
}

/**
 * Checks the branch of a write and authorizes the caller for it.
 * @param branch as the client names it; default the target's branch
 * @param field the name of the input field; default `branch`
 * @throws DomainError `invalid_ref`, `branch_protected`
 */
export async function checkTargetBranch(
  services: FileServices,
  target: LoadedTarget,
  branch: string | null | undefined,
  field?: string,
): Promise<string> {
  const name = branch == null ? target.defaultBranch : await branchNamed(target.git, branch, field);
  await assertBranchWritable(services, target, name);
  return name;
}
