import { tagsToMatch } from '../etag.js';
import {
  ArchiveWorkspaceDocument,
  CreateWorkspaceDocument,
  GetWorkspaceAccessDocument,
  GetWorkspaceDocument,
  ListWorkspacesDocument,
  ReplaceWorkspaceAccessDocument,
  UnarchiveWorkspaceDocument,
  UpdateWorkspaceDocument,
} from '../generated/operations.js';
import { offsetOf } from '../payloads/lists.js';
import {
  createWorkspaceBody,
  listWorkspacesQuery,
  updateWorkspaceBody,
  workspaceAccessBody,
} from '../payloads/workspaces.js';
import { type RestRoute, route } from '../route.js';

const tag = 'Workspaces';

/** The routes of workspaces and their sharing. */
export const workspaceRoutes: RestRoute[] = [
  route({
    operationId: 'listWorkspaces',
    tag,
    method: 'get',
    path: '/workspaces',
    summary: 'List the workspaces that you can view, newest first.',
    description:
      'A workspace is a named view on one branch of a repository, with an owner and a visibility. Archived workspaces ' +
      'are listed only with `include_archived=true`.',
    needs: {
      scope: 'read',
      permission: 'membership of the space; workspaces that you may not view are left out',
    },
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
    operationId: 'createWorkspace',
    tag,
    method: 'post',
    path: '/workspaces',
    summary: 'Create a workspace over a repository.',
    description:
      'You become the owner and the visibility is `private`, unless the body says otherwise. The branch defaults to the ' +
      'default branch of the repository. An unknown repository, branch, owner or connector is a 400 that names the field.',
    needs: { scope: 'write', permission: 'the space role `editor`, and `can_edit` over the repository' },
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
    errors: ['invalid_ref'],
    repeats: 'createWorkspace',
  }),
  route({
    operationId: 'readWorkspace',
    tag,
    method: 'get',
    path: '/workspaces/:workspace_id',
    summary: 'Read a workspace.',
    description: '`effective_permissions` says what you may do with it now.',
    needs: { scope: 'read', permission: '`can_view`' },
    document: GetWorkspaceDocument,
    variables: ({ space, param }) => ({ space, id: param('workspace_id') }),
    responds: { kind: 'ok', at: 'space.workspace' },
  }),
  route({
    operationId: 'updateWorkspace',
    tag,
    method: 'patch',
    path: '/workspaces/:workspace_id',
    summary: 'Change the metadata of a workspace.',
    description:
      'Fields that the body does not have stay as they are. A new repository brings its default branch unless the body ' +
      'names one. `null` or `[]` clears `authoring_query_connector_ids`; no other field may be null.',
    needs: {
      scope: 'write',
      permission:
        '`can_manage`; for another repository also `can_edit` over it; only the owner and space admins change the owner',
    },
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
    errors: ['invalid_ref', 'workspace_archived'],
  }),
  route({
    operationId: 'readWorkspaceAccess',
    tag,
    method: 'get',
    path: '/workspaces/:workspace_id/access',
    summary: 'Read who can view and manage a workspace.',
    description:
      'Grants count only while the visibility is `shared`; they are kept otherwise. The `ETag` is the condition for a change.',
    needs: { scope: 'read', permission: '`can_manage`' },
    document: GetWorkspaceAccessDocument,
    variables: ({ space, param }) => ({ space, id: param('workspace_id') }),
    responds: { kind: 'tagged', at: 'space.workspace.access' },
  }),
  route({
    operationId: 'replaceWorkspaceAccess',
    tag,
    method: 'put',
    path: '/workspaces/:workspace_id/access',
    summary: 'Replace who can view and manage a workspace.',
    description:
      'The grants of the body are all grants afterwards. An absent visibility or owner stays. What a GET answers beside ' +
      'them may be sent back and is ignored. An unknown or repeated principal is a 400 that names it. With `If-Match` it is ' +
      'a 412 where somebody has changed the sharing since you read it; without it, the last one wins.',
    needs: { scope: 'write', permission: '`can_manage`; only the owner and space admins change the owner' },
    body: workspaceAccessBody,
    document: ReplaceWorkspaceAccessDocument,
    variables: ({ space, param, body, headers }) => ({
      space,
      id: param('workspace_id'),
      ifMatch: tagsToMatch(headers),
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
    responds: { kind: 'replaced', at: 'replaceWorkspaceAccess' },
    errors: ['precondition_failed', 'workspace_archived'],
  }),
  route({
    operationId: 'archiveWorkspace',
    tag,
    method: 'post',
    path: '/workspaces/:workspace_id/archive',
    summary: 'Archive a workspace and stop its workers.',
    description:
      'An archived workspace can be read, and its workers and sessions can be deleted; every other write is a 409. To ' +
      'archive it again changes nothing.',
    needs: { scope: 'write', permission: '`can_manage`' },
    document: ArchiveWorkspaceDocument,
    variables: ({ space, param }) => ({ space, id: param('workspace_id') }),
    responds: { kind: 'ok', at: 'archiveWorkspace' },
    repeats: 'archiveWorkspace',
  }),
  route({
    operationId: 'unarchiveWorkspace',
    tag,
    method: 'post',
    path: '/workspaces/:workspace_id/unarchive',
    summary: 'Bring a workspace back from the archive.',
    description: 'Its stopped workers stay stopped. A workspace that is not archived stays as it is.',
    needs: { scope: 'write', permission: '`can_manage`' },
    document: UnarchiveWorkspaceDocument,
    variables: ({ space, param }) => ({ space, id: param('workspace_id') }),
    responds: { kind: 'ok', at: 'unarchiveWorkspace' },
    repeats: 'unarchiveWorkspace',
  }),
];
