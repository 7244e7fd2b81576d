import {
  ArchiveWorkspaceDocument,
  CreateWorkspaceDocument,
  GetWorkspaceAccessDocument,
  GetWorkspaceDocument,
  ListWorkspacesDocument,
  ReplaceWorkspaceAccessDocument,
  UpdateWorkspaceDocument,
} from '../generated/operations.js';
import { offsetOf } from '../payloads/lists.js';
import {
  createWorkspaceBody,
  listWorkspacesQuery,
  updateWorkspaceBody,
  workspaceAccessBody,
} from '../payloads/workspaces.js';
import { route } from '../route.js';

export const workspaceRoutes = [
  route({
    method: 'get',
    path: '/workspaces',
    summary: 'List the workspaces that you can view, newest first.',
    query: listWorkspacesQuery,
    document: ListWorkspacesDocument,
    variables: ({ space, query }) => ({
      space,
      includeArchived: query.include_archived,
      ...offsetOf(query),
    }),
    responds: { kind: 'page', at: 'space.workspaces' },
  }),
  route({
    method: 'post',
    path: '/workspaces',
    summary: 'Make a workspace.',
    body: createWorkspaceBody,
    document: CreateWorkspaceDocument,
    variables: ({ space, body }) => ({
      space,
      input: {
        name: body.name,
        defaultRepositoryId: body.default_repository_id,
        defaultBranch: body.default_branch,
        ownerUserId: body.owner_user_id,
        visibility: body.visibility,
        authoringQueryConnectorIds: body.authoring_query_connector_ids,
      },
    }),
    responds: { kind: 'created', at: 'createWorkspace' },
  }),
  route({
    method: 'get',
    path: '/workspaces/:workspace_id',
    summary: 'Read a workspace.',
    document: GetWorkspaceDocument,
    variables: ({ space, param }) => ({ space, id: param('workspace_id') }),
    responds: { kind: 'ok', at: 'space.workspace' },
  }),
  route({
    method: 'patch',
    path: '/workspaces/:workspace_id',
    summary: 'Change the metadata of a workspace; what is absent stays.',
    body: updateWorkspaceBody,
    document: UpdateWorkspaceDocument,
    variables: ({ space, param, body }) => ({
      space,
      id: param('workspace_id'),
      input: {
        name: body.name,
        defaultRepositoryId: body.default_repository_id,
        defaultBranch: body.default_branch,
        ownerUserId: body.owner_user_id,
        visibility: body.visibility,
        authoringQueryConnectorIds: body.authoring_query_connector_ids,
      },
    }),
    responds: { kind: 'ok', at: 'updateWorkspace' },
    errors: ['workspace_archived'],
  }),
  route({
    method: 'get',
    path: '/workspaces/:workspace_id/access',
    summary: 'Read the sharing settings of a workspace.',
    document: GetWorkspaceAccessDocument,
    variables: ({ space, param }) => ({ space, id: param('workspace_id') }),
    responds: { kind: 'ok', at: 'space.workspace.access' },
  }),
  route({
    method: 'put',
    path: '/workspaces/:workspace_id/access',
    summary: 'Replace the sharing settings of a workspace.',
    body: workspaceAccessBody,
    document: ReplaceWorkspaceAccessDocument,
    variables: ({ space, param, body }) => ({
      space,
      id: param('workspace_id'),
      input: {
        visibility: body.visibility,
        ownerUserId: body.owner_user_id,
        grants: body.grants.map((grant) => ({
          principalType: grant.principal_type,
          principalId: grant.principal_id,
          accessLevel: grant.access_level,
        })),
      },
    }),
    responds: { kind: 'ok', at: 'replaceWorkspaceAccess' },
    errors: ['workspace_archived'],
  }),
  route({
    method: 'post',
    path: '/workspaces/:workspace_id/archive',
    summary: 'Archive a workspace and stop its workers.',
    document: ArchiveWorkspaceDocument,
    variables: ({ space, param }) => ({ space, id: param('workspace_id') }),
    responds: { kind: 'ok', at: 'archiveWorkspace' },
  }),
];
