import { createdAnswer, okAnswer, pageAnswer } from '../answers.js';
import {
  CreateWorkspaceDocument,
  GetWorkspaceDocument,
  ListWorkspacesDocument,
} from '../generated/operations.js';
import { offsetOf } from '../payloads/lists.js';
import { createWorkspaceBody, listWorkspacesQuery } from '../payloads/workspaces.js';
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
];
