import { loadSpaceById } from '../src/access/load-space.js';
import { loadRepositoryRow } from '../src/repositories/load-repository-row.js';
import { loadUser } from '../src/spaces/load-user.js';
import { type WorkspaceChange, watchWorkspaces } from '../src/subscriptions/watch-workspaces.js';
import { archiveWorkspace } from '../src/workspaces/archive-workspace.js';
import { createWorkspace } from '../src/workspaces/create-workspace.js';
import { listWorkspaces } from '../src/workspaces/list-workspaces.js';
import { loadWorkspace } from '../src/workspaces/load-workspace.js';
import { loadWorkspacePermissions } from '../src/workspaces/load-workspace-permissions.js';
import { unarchiveWorkspace } from '../src/workspaces/unarchive-workspace.js';
import { updateWorkspace } from '../src/workspaces/update-workspace.js';
import { builder } from './builder.js';
import { connectionType, pageArgs, readPage } from './connection.js';
import { EffectivePermissions } from './effective-permissions.js';
import { VisibilityEnum } from './enums.js';
import { needsRuntime } from './needs-runtime.js';
import { Repository } from './repository.js';
import { Space } from './space.js';
import { User } from './user.js';

/** The object type of a workspace, which the fields of its files, workers and sessions extend. */
export const Workspace = builder.prismaObject('Workspace', {
  description: 'A named view on a repository branch, with an owner and a visibility.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'UUID of the workspace.' }),
    name: t.exposeString('name', { description: '1 to 200 characters.' }),
    spaceSlug: t.string({
      description: 'The slug of the space that it belongs to.',
      resolve: async (workspace, _args, { services, ctx }) =>
        (await loadSpaceById(services, ctx, workspace.spaceId)).space.slug,
    }),
    defaultRepositoryId: t.exposeID('defaultRepositoryId', {
      description: 'UUID of the repository that its files are in.',
    }),
    defaultRepository: t.field({
      type: Repository,
      description: 'The repository that its files are in.',
      resolve: (workspace, _args, { services, ctx }) =>
        loadRepositoryRow(services, ctx, workspace.defaultRepositoryId),
    }),
    defaultBranch: t.exposeString('defaultBranch', {
      description: 'The branch that requests without one use.',
    }),
    ownerUserId: t.exposeID('ownerUserId', { description: 'UUID of the user who owns it.' }),
    owner: t.field({
      type: User,
      description: 'Who owns it.',
      resolve: (workspace, _args, { services, ctx }) => loadUser(services, ctx, workspace.ownerUserId),
    }),
    visibility: t.expose('visibility', { type: VisibilityEnum, description: 'Who can view it.' }),
    authoringQueryConnectorIds: t.exposeIDList('authoringQueryConnectorIds', {
      description: 'The connectors for governed query access while authoring.',
    }),
    effectivePermissions: t.field({
      type: EffectivePermissions,
      description: 'What the caller may do with it at this moment.',
      resolve: (workspace, _args, { services, ctx }) => loadWorkspacePermissions(services, ctx, workspace),
    }),
    archivedAt: t.expose('archivedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was archived; null while it is not.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When its metadata last changed.' }),
  }),
});

const WorkspaceConnection = connectionType('Workspace', Workspace);

builder.objectFields(Space, (t) => ({
  workspaces: t.field({
    type: WorkspaceConnection,
    description: 'The workspaces that the caller can view, newest first.',
    args: {
      ...pageArgs,
      includeArchived: t.arg.boolean({ description: 'Archived ones too; default false.' }),
    },
    resolve: (space, args, { services, ctx }) =>
      readPage(
        args,
        listWorkspaces(services, ctx, space.slug, {
          includeArchived: args.includeArchived ?? false,
        }),
      ),
  }),
  workspace: t.field({
    type: Workspace,
    description: 'One workspace; needs `canView`.',
    args: { id: t.arg.id({ required: true, description: 'UUID of the workspace.' }) },
    resolve: async (space, { id }, { services, ctx }) =>
      (await loadWorkspace(services, ctx, space.slug, id, 'view')).workspace,
  }),
}));

const CreateWorkspaceInput = builder.inputType('CreateWorkspaceInput', {
  description: 'The repository, the owner and the visibility of a new workspace.',
  fields: (t) => ({
    name: t.string({ required: true, description: '1 to 200 characters.' }),
    defaultRepositoryId: t.id({
      required: true,
      description: 'A repository of this space that the caller may edit.',
    }),
    defaultBranch: t.string({ description: "Default the repository's default branch." }),
    ownerUserId: t.id({ description: 'A member of the space; default the caller.' }),
    visibility: t.field({ type: VisibilityEnum, description: 'Default `private`.' }),
    authoringQueryConnectorIds: t.idList({ description: 'Connectors of this space; default none.' }),
  }),
});

builder.mutationField('createWorkspace', (t) =>
  t.field({
    type: Workspace,
    description: 'Creates a workspace. Needs the scope `write` and the space role editor.',
    args: {
      spaceSlug: t.arg.string({
        required: true,
        description: 'The slug of the space; `not_found` where the caller is not a member.',
      }),
      input: t.arg({
        type: CreateWorkspaceInput,
        required: true,
        description: 'The values of the new object.',
      }),
    },
    resolve: (_root, { spaceSlug, input }, { services, ctx }) =>
      createWorkspace(services, ctx, spaceSlug, input),
  }),
);

const UpdateWorkspaceInput = builder.inputType('UpdateWorkspaceInput', {
  description: 'What to change of a workspace; what is absent stays.',
  fields: (t) => ({
    name: t.string({ description: '1 to 200 characters.' }),
    defaultRepositoryId: t.id({ description: 'A repository of this space that the caller may edit.' }),
    defaultBranch: t.string({
      description: "With another repository, its default branch where it isn't given.",
    }),
    ownerUserId: t.id({ description: 'A member of the space; only the owner and space admins change it.' }),
    visibility: t.field({ type: VisibilityEnum, description: 'Who can view it.' }),
    authoringQueryConnectorIds: t.idList({ description: 'Connectors of this space; null and empty clear.' }),
  }),
});

const workspaceArgs = builder.args((t) => ({
  spaceSlug: t.string({
    required: true,
    description: 'The slug of the space; `not_found` where the caller is not a member.',
  }),
  id: t.id({ required: true, description: 'UUID of the workspace.' }),
}));

builder.mutationFields((t) => ({
  updateWorkspace: t.field({
    type: Workspace,
    description: 'Changes metadata. Needs the scope `write` and `canManage`.',
    args: {
      ...workspaceArgs,
      input: t.arg({
        type: UpdateWorkspaceInput,
        required: true,
        description: 'What to change; what is absent stays.',
      }),
    },
    resolve: (_root, { spaceSlug, id, input }, { services, ctx }) =>
      updateWorkspace(services, ctx, spaceSlug, id, input),
  }),
  archiveWorkspace: t.field({
    type: Workspace,
    extensions: needsRuntime,
    description: 'Archives it and stops its workers; idempotent. Needs the scope `write` and `canManage`.',
    args: workspaceArgs,
    resolve: (_root, { spaceSlug, id }, { services, ctx }) => archiveWorkspace(services, ctx, spaceSlug, id),
  }),
  unarchiveWorkspace: t.field({
    type: Workspace,
    description: 'Unarchives it; idempotent. Needs the scope `write` and `canManage`.',
    args: workspaceArgs,
    resolve: (_root, { spaceSlug, id }, { services, ctx }) =>
      unarchiveWorkspace(services, ctx, spaceSlug, id),
  }),
}));

/** The kinds of changes of a workspace. */
export const WorkspaceChangeKind = builder.enumType('WorkspaceChangeKind', {
  description: 'The kinds of changes of a workspace that `workspaceChanged` reports.',
  values: {
    created: { description: 'It was created.' },
    updated: { description: 'Its metadata changed.' },
    access_changed: { description: 'Its sharing was replaced.' },
    schedules_changed: { description: 'A schedule was created, changed, suspended or deleted.' },
    archived: { description: 'It is read-only from now on; its workers are stopped.' },
    unarchived: { description: 'It was archived, and can be changed again.' },
  },
});

const WorkspaceChangeObject = builder.objectRef<WorkspaceChange>('WorkspaceChange').implement({
  description: 'One change of a workspace: which kind of change it was, and what the workspace is like now.',
  fields: (t) => ({
    change: t.expose('change', { type: WorkspaceChangeKind, description: 'Which kind of change it was.' }),
    workspace: t.field({
      type: Workspace,
      description: 'The workspace as it is now.',
      resolve: (event) => event.workspace,
    }),
  }),
});

builder.subscriptionField('workspaceChanged', (t) =>
  t.field({
    type: WorkspaceChangeObject,
    description:
      'Follows the workspaces that the caller can view at that moment. Ends with an error once the caller may not ' +
      'follow any more, or reads too slowly. When the connection between gateways broke, changes of that time come as `created` or ' +
      '`updated`, also where a workspace was archived, and changes of its sharing do not come. Needs the scope `read`.',
    args: {
      spaceSlug: t.arg.string({
        required: true,
        description: 'The slug of the space; `not_found` where the caller is not a member.',
      }),
      workspaceId: t.arg.id({ description: 'Only this workspace; needs `canView`.' }),
    },
    subscribe: (_root, { spaceSlug, workspaceId }, { services, ctx }) =>
      watchWorkspaces(services, ctx, spaceSlug, { workspaceId }),
    resolve: (event) => event,
  }),
);
