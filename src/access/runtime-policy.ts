import {
  type Viewer,
  type WorkspacePermissions,
  type WorkspaceWithGrants,
  workspacePermissions,
} from './workspace-policy.js';

/**
 * What `viewer` may do with a worker, session or execution of a workspace. Everybody who can view the workspace can view it
 * (`canView`). Only the user who started it and space admins can stop it and read the files of a worker
 * (`canManage`). To run cells (`canEdit`), they must also be allowed to edit the workspace.
 * @param userId the user who started it
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
