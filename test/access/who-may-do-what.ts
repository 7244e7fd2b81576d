import type { AccessLevel, TokenScope, Visibility } from '../../prisma/generated/client/client.js';

/** What a caller is in the space of a resource. */
export const roles = ['admin', 'editor', 'viewer', 'non-member', 'platform admin'] as const;
export type Role = (typeof roles)[number];

export const visibilities = ['space', 'private', 'shared'] as const satisfies Visibility[];

/** The grants of a workspace: to the caller, to a team of the caller, or to others. */
export const grants = [
  'none',
  'user view',
  'user manage',
  'team view',
  'team manage',
  'user view, team manage',
  'other user manage',
  'other team manage',
] as const;
export type Grant = (typeof grants)[number];

/** A grant in its parts: `user manage` is `[['user', 'manage']]`. */
export const partsOfGrant: Record<Grant, [to: 'user' | 'team' | 'other user' | 'other team', AccessLevel][]> =
  {
    none: [],
    'user view': [['user', 'view']],
    'user manage': [['user', 'manage']],
    'team view': [['team', 'view']],
    'team manage': [['team', 'manage']],
    'user view, team manage': [
      ['user', 'view'],
      ['team', 'manage'],
    ],
    'other user manage': [['other user', 'manage']],
    'other team manage': [['other team', 'manage']],
  };

/** The scope of a token; `none` is a token without a scope. */
export const tokenScopes = ['read', 'write', 'execute', 'admin', 'none'] as const;
export type TokenScopeOrNone = TokenScope | 'none';

/** The highest permission of a caller; each includes the ones before it. */
export type Level = 'nothing' | 'view' | 'edit' | 'manage';

/** The contract's table "Who may do what" for a workspace that the caller does not own. */
// biome-ignore format: a table
const levelsWithoutOwnership: Record<Role, Record<Grant, [space: Level, private_: Level, shared: Level]>> = {
  admin: {
    'none':                   ['manage',  'manage',  'manage'],
    'user view':              ['manage',  'manage',  'manage'],
    'user manage':            ['manage',  'manage',  'manage'],
    'team view':              ['manage',  'manage',  'manage'],
    'team manage':            ['manage',  'manage',  'manage'],
    'user view, team manage': ['manage',  'manage',  'manage'],
    'other user manage':      ['manage',  'manage',  'manage'],
    'other team manage':      ['manage',  'manage',  'manage'],
  },
  editor: {
    'none':                   ['edit',    'nothing', 'nothing'],
    'user view':              ['edit',    'nothing', 'edit'],
    'user manage':            ['edit',    'nothing', 'manage'],
    'team view':              ['edit',    'nothing', 'edit'],
    'team manage':            ['edit',    'nothing', 'manage'],
    'user view, team manage': ['edit',    'nothing', 'manage'],
    'other user manage':      ['edit',    'nothing', 'nothing'],
    'other team manage':      ['edit',    'nothing', 'nothing'],
  },
  viewer: {
    'none':                   ['view',    'nothing', 'nothing'],
    'user view':              ['view',    'nothing', 'view'],
    'user manage':            ['view',    'nothing', 'manage'],
    'team view':              ['view',    'nothing', 'view'],
    'team manage':            ['view',    'nothing', 'manage'],
    'user view, team manage': ['view',    'nothing', 'manage'],
    'other user manage':      ['view',    'nothing', 'nothing'],
    'other team manage':      ['view',    'nothing', 'nothing'],
  },
  'non-member': {
    'none':                   ['nothing', 'nothing', 'nothing'],
    'user view':              ['nothing', 'nothing', 'nothing'],
    'user manage':            ['nothing', 'nothing', 'nothing'],
    'team view':              ['nothing', 'nothing', 'nothing'],
    'team manage':            ['nothing', 'nothing', 'nothing'],
    'user view, team manage': ['nothing', 'nothing', 'nothing'],
    'other user manage':      ['nothing', 'nothing', 'nothing'],
    'other team manage':      ['nothing', 'nothing', 'nothing'],
  },
  'platform admin': {
    'none':                   ['manage',  'manage',  'manage'],
    'user view':              ['manage',  'manage',  'manage'],
    'user manage':            ['manage',  'manage',  'manage'],
    'team view':              ['manage',  'manage',  'manage'],
    'team manage':            ['manage',  'manage',  'manage'],
    'user view, team manage': ['manage',  'manage',  'manage'],
    'other user manage':      ['manage',  'manage',  'manage'],
    'other team manage':      ['manage',  'manage',  'manage'],
  },
};

/** The same for a workspace that the caller owns; a user who left the space may still own one. */
// biome-ignore format: a table
const levelsOfOwner: Record<Role, [space: Level, private_: Level, shared: Level]> = {
  admin:            ['manage',  'manage',  'manage'],
  editor:           ['manage',  'manage',  'manage'],
  viewer:           ['manage',  'manage',  'manage'],
  'non-member':     ['nothing', 'nothing', 'nothing'],
  'platform admin': ['manage',  'manage',  'manage'],
};

/** What a caller may do in the space itself, and with a repository that no workspace points at. */
// biome-ignore format: a table
export const levelsInSpace: Record<Role, { space: Level; unusedRepository: Level }> = {
  admin:            { space: 'manage',  unusedRepository: 'edit' },
  editor:           { space: 'edit',    unusedRepository: 'edit' },
  viewer:           { space: 'view',    unusedRepository: 'view' },
  'non-member':     { space: 'nothing', unusedRepository: 'nothing' },
  'platform admin': { space: 'manage',  unusedRepository: 'edit' },
};

/** What a caller may do with a repository, by the levels in the workspaces over it; `manage` is no level of it. */
// biome-ignore format: a table
export const repositoryLevels: Record<Level, Record<Level, Level>> = {
  nothing: { nothing: 'nothing', view: 'view', edit: 'edit', manage: 'edit' },
  view:    { nothing: 'view',    view: 'view', edit: 'edit', manage: 'edit' },
  edit:    { nothing: 'edit',    view: 'edit', edit: 'edit', manage: 'edit' },
  manage:  { nothing: 'edit',    view: 'edit', edit: 'edit', manage: 'edit' },
};

/** The three permissions of a level, as answers show them. */
// biome-ignore format: a table
export const permissionsOf = {
  nothing: { canView: false, canEdit: false, canManage: false },
  view:    { canView: true,  canEdit: false, canManage: false },
  edit:    { canView: true,  canEdit: true,  canManage: false },
  manage:  { canView: true,  canEdit: true,  canManage: true },
} as const satisfies Record<Level, object>;

/**
 * What a caller may do with a worker, session or execution, by the level in its workspace: running cells is `canEdit`,
 * stopping it, and reading the files of a worker, is `canManage`. For space admins each one counts as their own.
 */
// biome-ignore format: a table
export const runtimePermissionsOf: Record<'own' | 'other', Record<Level, { canView: boolean; canEdit: boolean; canManage: boolean }>> = {
  own: {
    nothing: { canView: false, canEdit: false, canManage: false },
    view:    { canView: true,  canEdit: false, canManage: true },
    edit:    { canView: true,  canEdit: true,  canManage: true },
    manage:  { canView: true,  canEdit: true,  canManage: true },
  },
  other: {
    nothing: { canView: false, canEdit: false, canManage: false },
    view:    { canView: true,  canEdit: false, canManage: false },
    edit:    { canView: true,  canEdit: false, canManage: false },
    manage:  { canView: true,  canEdit: false, canManage: false },
  },
};

/** One kind of workspace, as seen by the caller. */
export interface WorkspaceCase {
  visibility: Visibility;
  grant: Grant;
  isOwner: boolean;
  isArchived: boolean;
}

/** The level of a caller in a workspace by the tables above; whether it is archived makes no difference. */
export function expectedLevel(role: Role, { visibility, grant, isOwner }: WorkspaceCase): Level {
  const row = isOwner ? levelsOfOwner[role] : levelsWithoutOwnership[role][grant];
  return row[visibilities.indexOf(visibility)]!;
}

/** Every combination of visibility, grant, ownership and archived or not. */
export const workspaceCases: WorkspaceCase[] = visibilities.flatMap((visibility) =>
  grants.flatMap((grant) =>
    [true, false].flatMap((isOwner) =>
      [true, false].map((isArchived) => ({ visibility, grant, isOwner, isArchived })),
    ),
  ),
);

/** A case in words, e.g. `shared, user view, not owned, archived`. */
export function nameOfCase({ visibility, grant, isOwner, isArchived }: WorkspaceCase): string {
  return [visibility, grant, isOwner ? 'owned' : 'not owned', ...(isArchived ? ['archived'] : [])].join(', ');
}
