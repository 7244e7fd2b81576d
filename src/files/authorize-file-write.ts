import type { AuthorizeRepeat } from '../access/repeated-request.js';
import { loadRepository } from '../repositories/load-repository.js';
import { loadWorkspace } from '../workspaces/load-workspace.js';

/**
 * Authorizes a repeated `createFile`, `renameFile` or `commitFiles`. Needs `can_edit` of the workspace or repository that the
 * request addresses.
 */
export const authorizeFileWrite: AuthorizeRepeat = (services, ctx, request) => {
  const { spaceSlug, workspaceId, repositoryId = '' } = request;
  return workspaceId === undefined
    ? loadRepository(services, ctx, spaceSlug, repositoryId, 'edit')
    : loadWorkspace(services, ctx, spaceSlug, workspaceId, 'edit');
};
