import type { WorkspaceGrant as GrantRow } from '../prisma/generated/client/client.js';
import { loadSpaceById } from '../src/access/space-access.js';
import {
  readWorkspaceAccess,
  replaceWorkspaceAccess,
  type SharedWorkspace,
} from '../src/workspaces/workspace-access.js';
import { builder } from './builder.js';
import { VisibilityEnum } from './enums.js';
import { Workspace } from './workspace.js';

const PrincipalTypeEnum = builder.enumType('PrincipalType', {
  description: 'Whom a grant is for.',
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
    id: t.exposeID('id', { description: 'UUID.' }),
    principalType: t.field({
      type: PrincipalTypeEnum,
      description: 'Whom it is for.',
      resolve: (grant) => (grant.userId ? 'user' : 'team'),
    }),
    principalId: t.id({
      description: "The user's or team's id.",
      resolve: (grant) => grant.userId ?? grant.teamId!,
    }),
    accessLevel: t.expose('accessLevel', { type: AccessLevelEnum, description: 'What it gives.' }),
  }),
});

const WorkspaceAccess = builder.objectRef<SharedWorkspace>('WorkspaceAccess').implement({
  description: 'The sharing of a workspace.',
  fields: (t) => ({
    workspaceId: t.id({ description: 'The workspace.', resolve: (workspace) => workspace.id }),
    visibility: t.expose('visibility', { type: VisibilityEnum, description: 'Who can view it.' }),
    ownerUserId: t.exposeID('ownerUserId', { description: 'The owner.' }),
    grants: t.field({
      type: [WorkspaceGrant],
      description: 'The grants; they count only while the visibility is `shared`, and are kept otherwise.',
      resolve: (workspace) => workspace.grants,
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
    principalType: t.field({ type: PrincipalTypeEnum, required: true, description: 'Whom it is for.' }),
    principalId: t.id({ required: true, description: "The user's or team's id." }),
    accessLevel: t.field({ type: AccessLevelEnum, required: true, description: 'What it gives.' }),
  }),
});

const WorkspaceAccessInput = builder.inputType('WorkspaceAccessInput', {
  description: 'The sharing as it shall be.',
  fields: (t) => ({
    visibility: t.field({ type: VisibilityEnum, description: 'Default: as it is.' }),
    ownerUserId: t.id({ description: 'Default: as it is. Only the owner and space admins change it.' }),
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
    description: 'Replaces the sharing of a workspace whole. Needs the scope `write` and `canManage`.',
    args: {
      spaceSlug: t.arg.string({ required: true, description: 'The space.' }),
      id: t.arg.id({ required: true, description: 'The workspace.' }),
      input: t.arg({ type: WorkspaceAccessInput, required: true, description: 'The sharing.' }),
    },
    resolve: (_root, { spaceSlug, id, input }, { services, ctx }) =>
      replaceWorkspaceAccess(services, ctx, spaceSlug, id, input),
  }),
);
