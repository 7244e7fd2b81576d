import type { Prisma, Workspace, WorkspaceGrant } from '../../prisma/generated/client/client.js';
import type { SpaceAccess } from '../context.js';

/** What a user may do with a workspace, or with another resource. */
export interface WorkspacePermissions {
  canView: boolean;
  canEdit: boolean;
  canManage: boolean;
}

/** The user whose permissions are computed. */
export interface Viewer {
  userId: string;
  /** Their role and teams in the space of the resource. */
  access: SpaceAccess;
}

/** The columns of a workspace that decide on permissions, with the grants of all users and teams. */
export type WorkspaceWithGrants = Pick<Workspace, 'visibility' | 'ownerUserId'> & {
  grants: Pick<WorkspaceGrant, 'userId' | 'teamId' | 'accessLevel'>[];
};

/** What `viewer` may do with a workspace. Grants have an effect only while the visibility is `shared`. */
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

/** The where-clause that selects the workspaces for which {@link workspacePermissions} returns `canView`. */
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
