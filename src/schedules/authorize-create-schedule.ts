import type { AuthorizeRepeat } from '../access/repeated-request.js';
import { loadWorkspace } from '../workspaces/load-workspace.js';

/** Authorizes a repeated `createSchedule`: `can_edit` over the workspace. */
export const authorizeCreateSchedule: AuthorizeRepeat = async (services, ctx, { spaceSlug, workspaceId }) => {
  if (workspaceId !== undefined) await loadWorkspace(services, ctx, spaceSlug, workspaceId, 'edit');
};
