import { createdAnswer, okAnswer, pageAnswer } from '../answers.js';
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
    query: listWorkspacesQuery,
    document: ListWorkspacesDocument,
    variables: ({ space, query }) => ({
      space,
      includeArchived: query.include_archived,
      ...offsetOf(query),
    }),
    respond: (data, { query }) => pageAnswer(data.space.workspaces, query),
  }),
  route({
    method: 'post',
    path: '/workspaces',
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
    respond: (data) => createdAnswer(data.createWorkspace),
  }),
  route({
    method: 'get',
    path: '/workspaces/:workspace_id',
    document: GetWorkspaceDocument,
    variables: ({ space, param }) => ({ space, id: param('workspace_id') }),
    respond: (data) => okAnswer(data.space.workspace),
  }),
  route({
    method: 'patch',
    path: '/workspaces/:workspace_id',
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
    respond: (data) => okAnswer(data.updateWorkspace),
  }),
  route({
    method: 'get',
    path: '/workspaces/:workspace_id/access',
    document: GetWorkspaceAccessDocument,
    variables: ({ space, param }) => ({ space, id: param('workspace_id') }),
    respond: (data) => okAnswer(data.space.workspace.access),
  }),
  route({
    method: 'put',
    path: '/workspaces/:workspace_id/access',
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
    respond: (data) => okAnswer(data.replaceWorkspaceAccess),
  }),
  route({
    method: 'post',
    path: '/workspaces/:workspace_id/archive',
    document: ArchiveWorkspaceDocument,
    variables: ({ space, param }) => ({ space, id: param('workspace_id') }),
    respond: (data) => okAnswer(data.archiveWorkspace),
  }),
];
