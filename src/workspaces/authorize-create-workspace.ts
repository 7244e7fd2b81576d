import type { AuthorizeRepeat } from '../access/repeated-request.js';
import { checkRepository } from './check-references.js';
import { loadSpaceForNewWorkspace } from './create-workspace.js';

/** Authorizes a repeated `createWorkspace`: the role editor, and `can_edit` over the repository. */
export const authorizeCreateWorkspace: AuthorizeRepeat = async (services, ctx, request) => {
  const access = await loadSpaceForNewWorkspace(services, ctx, request.spaceSlug);
  const { defaultRepositoryId } = request;
  if (defaultRepositoryId !== undefined) await checkRepository(services, ctx, access, defaultRepositoryId);
};
