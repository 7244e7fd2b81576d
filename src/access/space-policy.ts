import type { SpaceAccess } from '../context.js';
import type { WorkspacePermissions } from './workspace-policy.js';

/** What a member may do in a space: every member views it, editors create workspaces, admins manage everything. */
export function spacePermissions({ role }: Pick<SpaceAccess, 'role'>): WorkspacePermissions {
  return { canView: true, canEdit: role !== 'viewer', canManage: role === 'admin' };
}
