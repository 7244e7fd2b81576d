import type { Prisma } from '../../prisma/generated/client/client.js';
import {
  type Viewer,
  visibleWorkspaces,
  type WorkspacePermissions,
  type WorkspaceWithGrants,
  workspacePermissions,
} from './workspace-policy.js';

/**
 * A repository is as private as its workspaces: the best of the caller's permissions in the workspaces over it,
 * or, where there is none, those of the space role.
 */
export function repositoryPermissions(
  viewer: Viewer,
  workspaces: WorkspaceWithGrants[],
): Pick<WorkspacePermissions, 'canView' | 'canEdit'> {
  const { role } = viewer.access;
  if (role === 'admin') return { canView: true, canEdit: true };
  if (workspaces.length === 0) return { canView: true, canEdit: role !== 'viewer' };
  const all = workspaces.map((workspace) => workspacePermissions(viewer, workspace));
  return { canView: all.some((one) => one.canView), canEdit: all.some((one) => one.canEdit) };
}

/** The where-clause that goes with `canView` of {@link repositoryPermissions}. */
export function visibleRepositories(viewer: Viewer): Prisma.RepositoryWhereInput {
  const { space, role } = viewer.access;
  if (role === 'admin') return { spaceId: space.id };
  return {
    spaceId: space.id,
    OR: [{ workspaces: { none: {} } }, { workspaces: { some: visibleWorkspaces(viewer) } }],
  };
}
