import {
  type Viewer,
  type WorkspacePermissions,
  type WorkspaceWithGrants,
  workspacePermissions,
} from './workspace-policy.js';

/**
 * What `viewer` may do with a worker, session or execution of a workspace: who views the workspace watches it; only the
 * user who started it and space admins run cells on it, while they may edit the workspace, and stop it.
 * @param userId who started it
 */
export function runtimePermissions(
  viewer: Viewer,
  workspace: WorkspaceWithGrants,
  userId: string,
): WorkspacePermissions {
  const { canView, canEdit } = workspacePermissions(viewer, workspace);
  const isTheirs = userId === viewer.userId || viewer.access.role === 'admin';
  return { canView, canEdit: canEdit && isTheirs, canManage: canView && isTheirs };
}
