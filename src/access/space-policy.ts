import type { SpaceAccess } from '../context.js';
import type { WorkspacePermissions } from './workspace-policy.js';

/** What a member's role lets them do in a space: everybody views, editors make workspaces, admins manage all of it. */
export function spacePermissions({ role }: Pick<SpaceAccess, 'role'>): WorkspacePermissions {
  return { canView: true, canEdit: role !== 'viewer', canManage: role === 'admin' };
}
