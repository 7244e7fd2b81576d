import type { OperationExample } from '../operation-example.js';
import { exampleIds, exampleTime } from './example-ids.js';
import { lastFileCommit } from './report.js';

const repository = {
  id: exampleIds.repository,
  name: 'welcome',
  kind: 'analysis',
  default_branch: 'main',
  effective_permissions: { can_view: true, can_edit: true, can_manage: true },
  created_at: exampleTime,
};
const tip = 'd670460b4b4aece5915caf5c68d12f560a9fe3e4';
const params = { repository_id: exampleIds.repository };
const main = { name: 'main', commit_sha: tip, is_protected: false };
const draft = { name: 'drafts/rates', commit_sha: tip, is_protected: false };

/** Examples of the operations on repositories and their branches. */
export const repositoryExamples: Record<string, OperationExample> = {
  listRepositories: { status: 200, answer: { items: [repository], total: 1, page: 1, size: 20 } },
  listBranches: { params, status: 200, answer: { items: [main], total: 1, page: 1, size: 20 } },
  createBranch: { params, body: { name: draft.name, from: 'main' }, status: 201, answer: draft },
  mergeBranch: {
    params,
    body: { source: draft.name },
    status: 200,
    answer: { commit_sha: tip, parent_sha: tip, changed: false, is_fast_forward: false },
  },
};

/** Examples of the end of a branch, after commits to another one. */
export const mergedBranchExamples: Record<string, OperationExample> = {
  mergeBranch: {
    params,
    body: { source: 'main', target: draft.name },
    status: 201,
    answer: { commit_sha: lastFileCommit, parent_sha: tip, changed: true, is_fast_forward: true },
  },
  deleteBranch: { params: { ...params, name: draft.name }, status: 204 },
};
