import type { OperationExample } from '../operation-example.js';
import { exampleIds, exampleTime } from './example-ids.js';

const welcome = {
  id: exampleIds.workspace,
  space_slug: 'demo',
  name: 'Welcome',
  default_repository_id: exampleIds.repository,
  default_branch: 'main',
  owner_user_id: exampleIds.owner,
  visibility: 'space',
  authoring_query_connector_ids: [],
  effective_permissions: { can_view: true, can_edit: true, can_manage: true },
  archived_at: null,
  created_at: exampleTime,
  updated_at: exampleTime,
};
const created = {
  ...welcome,
  id: exampleIds.newWorkspace,
  name: 'Risk notebook review',
  visibility: 'private',
};
const updated = { ...created, name: 'Risk review', visibility: 'shared' };
const grant = { principal_type: 'user', principal_id: exampleIds.colleague, access_level: 'view' };
const access = {
  workspace_id: exampleIds.newWorkspace,
  visibility: 'shared',
  owner_user_id: exampleIds.owner,
  grants: [{ id: exampleIds.grant, ...grant }],
};
const params = { workspace_id: exampleIds.newWorkspace };

/** Examples of the operations on workspaces. */
export const workspaceExamples: Record<string, OperationExample> = {
  listWorkspaces: {
    query: { page: '1', size: '20' },
    status: 200,
    answer: { items: [welcome], total: 1, page: 1, size: 20 },
  },
  readWorkspace: { params: { workspace_id: exampleIds.workspace }, status: 200, answer: welcome },
  createWorkspace: {
    body: { name: created.name, default_repository_id: exampleIds.repository },
    status: 201,
    answer: created,
  },
  updateWorkspace: {
    params,
    body: { name: updated.name, visibility: 'shared' },
    status: 200,
    answer: updated,
  },
  replaceWorkspaceAccess: { params, body: { grants: [grant] }, status: 200, answer: access },
  readWorkspaceAccess: { params, status: 200, answer: access },
  archiveWorkspace: { params, status: 200, answer: { ...updated, archived_at: exampleTime } },
  unarchiveWorkspace: { params, status: 200, answer: updated },
};
