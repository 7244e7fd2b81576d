import type { AuthorizeRepeat } from '../../access/repeated-request.js';
import { loadRepository } from '../load-repository.js';

/** Authorizes a repeated `createBranch`. Needs `can_edit` of the repository. */
export const authorizeCreateBranch: AuthorizeRepeat = (services, ctx, { spaceSlug, repositoryId = '' }) =>
  loadRepository(services, ctx, spaceSlug, repositoryId, 'edit');
