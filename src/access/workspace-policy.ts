import type { Prisma, Workspace, WorkspaceGrant } from '../../prisma/generated/client/client.js';
import type { SpaceAccess } from '../context.js';

/** What the caller may do with a workspace; each level as the contract's table says. */
export interface WorkspacePermissions {
  canView: boolean;
  canEdit: boolean;
  canManage: boolean;
}

/** Who asks: a user with a standing in the workspace's space. */
export interface Viewer {
  userId: string;
  access: SpaceAccess;
}

/** What the decision needs of a workspace: its grants are those of any user. */
export type WorkspaceWithGrants = Pick<Workspace, 'visibility' | 'ownerUserId'> & {
  grants: Pick<WorkspaceGrant, 'userId' | 'teamId' | 'accessLevel'>[];
};

/** The permissions of `viewer`; grants count only while the visibility is `shared`. */
export function workspacePermissions(viewer: Viewer, workspace: WorkspaceWithGrants): WorkspacePermissions {
  const { role, teamIds } = viewer.access;
  const mine =
    workspace.visibility === 'shared'
      ? workspace.grants.filter(
          (grant) =>
            grant.userId === viewer.userId || (grant.teamId !== null && teamIds.includes(grant.teamId)),
        )
      : [];
  const canManage =
    role === 'admin' ||
    workspace.ownerUserId === viewer.userId ||
    mine.some((grant) => grant.accessLevel === 'manage');
  const canView = canManage || workspace.visibility === 'space' || mine.length > 0;
  return { canManage, canView, canEdit: canManage || (canView && role !== 'viewer') };
}

/** The where-clause that goes with `canView` of {@link workspacePermissions}. */
export function visibleWorkspaces(viewer: Viewer): Prisma.WorkspaceWhereInput {
  const { space, role, teamIds } = viewer.access;
  if (role === 'admin') return { spaceId: space.id };
  return {
    spaceId: space.id,
    OR: [
      { visibility: 'space' },
      { ownerUserId: viewer.userId },
      {
        visibility: 'shared',
        grants: { some: { OR: [{ userId: viewer.userId }, { teamId: { in: teamIds } }] } },
      },
    ],
  };
}
