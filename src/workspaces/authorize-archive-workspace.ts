import type { AuthorizeRepeat } from '../access/repeated-request.js';
import { loadWorkspace } from './load-workspace.js';

/** Authorizes a repeated `archiveWorkspace` or `unarchiveWorkspace`. Needs `can_manage`. */
export const authorizeArchiveWorkspace: AuthorizeRepeat = (services, ctx, { spaceSlug, workspaceId = '' }) =>
  loadWorkspace(services, ctx, spaceSlug, workspaceId, 'manage');
