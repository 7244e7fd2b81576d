import {
  CreateBranchDocument,
  DeleteBranchDocument,
  ListBranchesDocument,
  ListRepositoriesDocument,
  MergeBranchDocument,
} from '../generated/operations.js';
import { offsetOf, pageQuery } from '../payloads/lists.js';
import { createBranchBody, mergeBranchBody } from '../payloads/repositories.js';
import { type RestRoute, route } from '../route.js';

const tag = 'Repositories';
const toEdit = {
  scope: 'write',
  permission: '`can_edit` over the repository; a protected branch only by space admins',
} as const;

/** The routes of repositories and their branches. */
export const repositoryRoutes: RestRoute[] = [
  route({
    operationId: 'listRepositories',
    tag,
    method: 'get',
    path: '/repositories',
    summary: 'List the repositories that you can view, newest first.',
    description: '`effective_permissions` says what you may do with each of them now.',
    needs: {
      scope: 'read',
      permission: 'membership of the space; repositories that you may not view are left out',
    },
    query: pageQuery(20, 100),
    document: ListRepositoriesDocument,
    variables: ({ space, query }) => ({ space, ...offsetOf(query) }),
    responds: { kind: 'page', at: 'space.repositories' },
  }),
  route({
    operationId: 'listBranches',
    tag,
    method: 'get',
    path: '/repositories/:repository_id/branches',
    summary: 'List the branches of a repository, sorted by name.',
    description: '`commit_sha` is the commit that a branch points to.',
    needs: { scope: 'read', permission: '`can_view` over the repository' },
    query: pageQuery(20, 100),
    document: ListBranchesDocument,
    variables: ({ space, param, query }) => ({ space, id: param('repository_id'), ...offsetOf(query) }),
    responds: { kind: 'page', at: 'space.repository.branches' },
  }),
  route({
    operationId: 'createBranch',
    tag,
    method: 'post',
    path: '/repositories/:repository_id/branches',
    summary: 'Create a branch.',
    description:
      'It begins at `from`. A name that is in use, also as the folder of another branch, is a 409.',
    needs: toEdit,
    body: createBranchBody,
    document: CreateBranchDocument,
    variables: ({ space, param, body }) => ({ space, id: param('repository_id'), ...body }),
    responds: { kind: 'created', at: 'createBranch' },
    errors: ['invalid_ref', 'branch_protected', 'already_exists', 'workspace_archived'],
    repeats: 'createBranch',
  }),
  route({
    operationId: 'deleteBranch',
    tag,
    method: 'delete',
    path: '/repositories/:repository_id/branches/:name',
    summary: 'Delete a branch.',
    description:
      'The slashes of a name may be sent as they are or as `%2F`. The default branch cannot be deleted: that is a 400.',
    needs: toEdit,
    document: DeleteBranchDocument,
    variables: ({ space, param }) => ({ space, id: param('repository_id'), name: param('name') }),
    responds: { kind: 'done' },
    errors: ['invalid_request', 'invalid_ref', 'branch_protected', 'workspace_archived'],
  }),
  route({
    operationId: 'mergeBranch',
    tag,
    method: 'post',
    path: '/repositories/:repository_id/merges',
    summary: 'Merge a branch into another one.',
    description:
      'Notebooks are merged by their cells, text files by their lines, and a file that one branch renamed at its new path. Where ' +
      'both branches changed the same, nothing is written, and the 409 names the files and cells. It is a 200 where the target has all commits of the source already.',
    needs: toEdit,
    body: mergeBranchBody,
    document: MergeBranchDocument,
    variables: ({ space, param, body }) => ({
      space,
      id: param('repository_id'),
      input: {
        source: body.source,
        target: body.target,
        commitMessage: body.commit_message,
        fastForward: body.fast_forward,
      },
    }),
    responds: { kind: 'created', at: 'mergeBranch', isNew: 'mergeBranch.changed' },
    errors: ['invalid_ref', 'branch_protected', 'merge_conflict', 'workspace_archived'],
    repeats: 'mergeBranch',
  }),
];
