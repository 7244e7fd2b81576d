import type { AuthorizeRepeat } from '../../access/repeated-request.js';
import { loadRepository } from '../../repositories/load-repository.js';

/** Authorizes a repeated `mergeBranch`. Needs `can_edit` of the repository. */
export const authorizeMergeBranch: AuthorizeRepeat = (services, ctx, { spaceSlug, repositoryId = '' }) =>
  loadRepository(services, ctx, spaceSlug, repositoryId, 'edit');
