import type { AuthorizeRepeat } from '../access/repeated-request.js';
import { loadRepository } from '../repositories/load-repository.js';
import { loadWorkspace } from '../workspaces/load-workspace.js';

/** Authorizes a repeated write of files: `can_edit` over the workspace, or over the repository that it is addressed by. */
export const authorizeFileWrite: AuthorizeRepeat = (services, ctx, request) => {
  const { spaceSlug, workspaceId, repositoryId = '' } = request;
  return workspaceId === undefined
    ? loadRepository(services, ctx, spaceSlug, repositoryId, 'edit')
    : loadWorkspace(services, ctx, spaceSlug, workspaceId, 'edit');
};
