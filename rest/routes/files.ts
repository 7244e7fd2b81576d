import type { ErrorCode } from '../../src/errors.js';
import {
  CreateFileDocument,
  CreateRepositoryFileDocument,
  ListRepositoryFilesDocument,
  ListWorkspaceFilesDocument,
  ReadRepositoryFileDocument,
  ReadWorkspaceFileDocument,
  RenameFileDocument,
  SaveFileDocument,
  SaveRepositoryFileDocument,
} from '../generated/operations.js';
import {
  createFileBody,
  createInput,
  listFilesQuery,
  readFileQuery,
  renameFileBody,
  saveFileBody,
  saveInput,
} from '../payloads/files.js';
import { offsetOf } from '../payloads/lists.js';
import { type RestRoute, route } from '../route.js';

type Kind = 'notebook' | undefined;

const listErrors: readonly ErrorCode[] = ['invalid_ref', 'payload_too_large'];
const readErrors: readonly ErrorCode[] = [...listErrors, 'invalid_path', 'unreadable_file'];
const writeErrors: readonly ErrorCode[] = [
  'invalid_ref',
  'invalid_path',
  'branch_protected',
  'workspace_archived',
];
const createErrors: readonly ErrorCode[] = [...writeErrors, 'invalid_notebook', 'file_exists'];
const saveErrors: readonly ErrorCode[] = [...writeErrors, 'invalid_notebook', 'base_sha_conflict'];

const workspaceLists: RestRoute = route({
  method: 'get',
  path: '/workspaces/:workspace_id/files',
  summary: 'List the notebook files of a workspace at a ref, sorted by path.',
  query: listFilesQuery,
  document: ListWorkspaceFilesDocument,
  variables: ({ space, param, query }) => ({
    space,
    id: param('workspace_id'),
    ref: query.ref,
    kind: query.kind,
    ...offsetOf(query),
  }),
  responds: { kind: 'page', at: 'space.workspace.files' },
  errors: listErrors,
});

function readFile(path: string, kind: Kind, what: string): RestRoute {
  return route({
    method: 'get',
    path: `/workspaces/:workspace_id${path}`,
    summary: `Read ${what} at a ref.`,
    query: readFileQuery,
    document: ReadWorkspaceFileDocument,
    variables: ({ space, param, query }) => ({ space, id: param('workspace_id'), ...query, kind }),
    responds: { kind: 'file', at: 'space.workspace.file' },
    errors: readErrors,
  });
}

function createFile(path: string, kind: Kind, what: string): RestRoute {
  return route({
    method: 'post',
    path: `/workspaces/:workspace_id${path}`,
    summary: `Create ${what} with one commit.`,
    body: createFileBody(kind),
    document: CreateFileDocument,
    variables: ({ space, param, body }) => ({
      space,
      in: { workspaceId: param('workspace_id') },
      input: createInput(body, kind),
    }),
    responds: { kind: 'saved', at: 'createFile', status: 201 },
    errors: createErrors,
  });
}

function saveFile(path: string, kind: Kind, what: string): RestRoute {
  return route({
    method: 'put',
    path: `/workspaces/:workspace_id${path}`,
    summary: `Save ${what} with one commit; the same bytes again make none.`,
    body: saveFileBody(kind),
    document: SaveFileDocument,
    variables: ({ space, param, body }) => ({
      space,
      in: { workspaceId: param('workspace_id') },
      input: saveInput(body, kind),
    }),
    responds: { kind: 'saved', at: 'saveFile', status: 200 },
    errors: saveErrors,
  });
}

const renameFile: RestRoute = route({
  method: 'post',
  path: '/workspaces/:workspace_id/authoring-file/rename',
  summary: 'Rename a file with one commit; its notebook id, links and versions follow.',
  body: renameFileBody,
  document: RenameFileDocument,
  variables: ({ space, param, body }) => ({
    space,
    in: { workspaceId: param('workspace_id') },
    input: {
      path: body.path,
      newPath: body.new_path,
      branch: body.branch,
      baseSha: body.base_sha,
      commitMessage: body.commit_message,
    },
  }),
  responds: { kind: 'saved', at: 'renameFile', status: 200 },
  errors: [...writeErrors, 'file_exists', 'base_sha_conflict', 'unreadable_file'],
});

const repositoryRoutes: RestRoute[] = [
  route({
    method: 'get',
    path: '/repositories/:repository_id/files',
    summary: 'List the notebook files of a repository at a ref, sorted by path.',
    query: listFilesQuery,
    document: ListRepositoryFilesDocument,
    variables: ({ space, param, query }) => ({
      space,
      id: param('repository_id'),
      ref: query.ref,
      kind: query.kind,
      ...offsetOf(query),
    }),
    responds: { kind: 'page', at: 'space.repository.files' },
    errors: listErrors,
    successor: 'space.repository.visible_workspace_id',
  }),
  route({
    method: 'get',
    path: '/repositories/:repository_id/file',
    summary: 'Read a notebook of a repository at a ref.',
    query: readFileQuery,
    document: ReadRepositoryFileDocument,
    variables: ({ space, param, query }) => ({
      space,
      id: param('repository_id'),
      ...query,
      kind: 'notebook' as const,
    }),
    responds: { kind: 'file', at: 'space.repository.file' },
    errors: readErrors,
    successor: 'space.repository.visible_workspace_id',
  }),
  route({
    method: 'post',
    path: '/repositories/:repository_id/files',
    summary: 'Create a notebook in a repository with one commit.',
    body: createFileBody('notebook'),
    document: CreateRepositoryFileDocument,
    variables: ({ space, param, body }) => ({
      space,
      in: { repositoryId: param('repository_id') },
      input: createInput(body, 'notebook'),
    }),
    responds: { kind: 'saved', at: 'createFile', status: 201 },
    errors: createErrors,
    successor: 'createFile.repository.visible_workspace_id',
  }),
  route({
    method: 'put',
    path: '/repositories/:repository_id/file',
    summary: 'Save a notebook of a repository with one commit; the same bytes again make none.',
    body: saveFileBody('notebook'),
    document: SaveRepositoryFileDocument,
    variables: ({ space, param, body }) => ({
      space,
      in: { repositoryId: param('repository_id') },
      input: saveInput(body, 'notebook'),
    }),
    responds: { kind: 'saved', at: 'saveFile', status: 200 },
    errors: saveErrors,
    successor: 'saveFile.repository.visible_workspace_id',
  }),
];

export const fileRoutes: RestRoute[] = [
  workspaceLists,
  readFile('/file', 'notebook', 'a notebook'),
  readFile('/authoring-file', undefined, 'a notebook or text file'),
  createFile('/files', 'notebook', 'a notebook'),
  saveFile('/file', 'notebook', 'a notebook'),
  createFile('/authoring-files', undefined, 'a notebook or text file'),
  saveFile('/authoring-file', undefined, 'a notebook or text file'),
  renameFile,
  ...repositoryRoutes,
];
