import type { Prisma } from '../../prisma/generated/client/client.js';
import {
  type Viewer,
  visibleWorkspaces,
  type WorkspacePermissions,
  type WorkspaceWithGrants,
  workspacePermissions,
} from './workspace-policy.js';

/**
 * What `viewer` may do with a repository. A permission in any workspace of the repository is enough. In a repository without
 * workspaces, the role in the space decides: everybody views, editors edit.
 * @param workspaces all workspaces of the repository
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

/** The where-clause that selects the repositories for which {@link repositoryPermissions} returns `canView`. */
export function visibleRepositories(viewer: Viewer): Prisma.RepositoryWhereInput {
  const { space, role } = viewer.access;
  if (role === 'admin') return { spaceId: space.id };
  return {
    spaceId: space.id,
    OR: [{ workspaces: { none: {} } }, { workspaces: { some: visibleWorkspaces(viewer) } }],
  };
}
