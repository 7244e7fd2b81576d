import type { WorkspaceGrant as GrantRow } from '../prisma/generated/client/client.js';
import { loadSpaceById } from '../src/access/load-space.js';
import { accessEtag } from '../src/workspaces/access-etag.js';
import { readWorkspaceAccess, type SharedWorkspace } from '../src/workspaces/read-workspace-access.js';
import { replaceWorkspaceAccess } from '../src/workspaces/replace-workspace-access.js';
import { builder } from './builder.js';
import { VisibilityEnum } from './enums.js';
import { Workspace } from './workspace.js';

const PrincipalTypeEnum = builder.enumType('PrincipalType', {
  description: 'The kind of principal that a grant is for.',
  values: {
    user: { description: 'A member of the space.' },
    team: { description: 'A team of the space, with all its members.' },
  },
});

const AccessLevelEnum = builder.enumType('AccessLevel', {
  description: 'What a grant gives while the visibility is `shared`.',
  values: {
    view: { description: 'To view; with the role editor also to edit.' },
    manage: { description: 'To view, edit, share and archive.' },
  },
});

const WorkspaceGrant = builder.objectRef<GrantRow>('WorkspaceGrant').implement({
  description: 'What one user or team may do with a workspace.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'UUID of the grant.' }),
    principalType: t.field({
      type: PrincipalTypeEnum,
      description: 'Whether the grant is for a user or a team.',
      resolve: (grant) => (grant.userId ? 'user' : 'team'),
    }),
    principalId: t.id({
      description: "The user's or team's id.",
      resolve: (grant) => grant.userId ?? grant.teamId!,
    }),
    accessLevel: t.expose('accessLevel', {
      type: AccessLevelEnum,
      description: 'What the principal may do.',
    }),
  }),
});

const WorkspaceAccess = builder.objectRef<SharedWorkspace>('WorkspaceAccess').implement({
  description: 'Who may view, edit and manage a workspace: its owner, its visibility and its grants.',
  fields: (t) => ({
    workspaceId: t.id({
      description: 'UUID of a workspace of the space.',
      resolve: (workspace) => workspace.id,
    }),
    visibility: t.expose('visibility', { type: VisibilityEnum, description: 'Who can view it.' }),
    ownerUserId: t.exposeID('ownerUserId', { description: 'UUID of the user who owns the workspace.' }),
    grants: t.field({
      type: [WorkspaceGrant],
      extensions: { listSize: 500 },
      description: 'The grants; they count only while the visibility is `shared`, and are kept otherwise.',
      resolve: (workspace) => workspace.grants,
    }),
    etag: t.string({
      description:
        'The entity tag, which REST sends as `ETag`: it changes with everything that this type has. Send it back in `ifMatch`.',
      resolve: accessEtag,
    }),
  }),
});

builder.prismaObjectFields(Workspace, (t) => ({
  access: t.field({
    type: WorkspaceAccess,
    description: 'Its sharing; needs `canManage`.',
    resolve: async (workspace, _args, { services, ctx }) => {
      const { space } = await loadSpaceById(services, ctx, workspace.spaceId);
      return readWorkspaceAccess(services, ctx, space.slug, workspace.id);
    },
  }),
}));

const WorkspaceGrantInput = builder.inputType('WorkspaceGrantInput', {
  description: 'What one user or team may do.',
  fields: (t) => ({
    principalType: t.field({
      type: PrincipalTypeEnum,
      required: true,
      description: 'Whether the grant is for a user or a team.',
    }),
    principalId: t.id({ required: true, description: "The user's or team's id." }),
    accessLevel: t.field({
      type: AccessLevelEnum,
      required: true,
      description: 'What the principal may do.',
    }),
  }),
});

const WorkspaceAccessInput = builder.inputType('WorkspaceAccessInput', {
  description: 'The new sharing of a workspace, which replaces the former one.',
  fields: (t) => ({
    visibility: t.field({ type: VisibilityEnum, description: 'Absent: unchanged.' }),
    ownerUserId: t.id({ description: 'Absent: unchanged. Only the owner and space admins change it.' }),
    grants: t.field({
      type: [WorkspaceGrantInput],
      required: true,
      description: 'All grants; others are removed.',
    }),
  }),
});

builder.mutationField('replaceWorkspaceAccess', (t) =>
  t.field({
    type: WorkspaceAccess,
    description:
      'Replaces the sharing of a workspace whole; with `ifMatch` only where nobody has changed it meanwhile. Needs the scope ' +
      '`write` and `canManage`.',
    args: {
      spaceSlug: t.arg.string({
        required: true,
        description: 'The slug of the space; `not_found` where the caller is not a member.',
      }),
      id: t.arg.id({ required: true, description: 'UUID of the workspace.' }),
      input: t.arg({
        type: WorkspaceAccessInput,
        required: true,
        description: 'The visibility and all grants: those that are not given are removed.',
      }),
      ifMatch: t.arg.stringList({
        description:
          'The `etag` that you read, or several: where the sharing has none of them now, it stays as it is, and the error is ' +
          '`precondition_failed`. Absent or null: it is replaced whatever it is.',
      }),
    },
    resolve: (_root, { spaceSlug, id, input, ifMatch }, { services, ctx }) =>
      replaceWorkspaceAccess(services, ctx, spaceSlug, id, input, { ifMatch }),
  }),
);
