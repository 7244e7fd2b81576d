import {
  CreateFileDocument,
  DeleteFileDocument,
  ListWorkspaceFilesDocument,
  ReadWorkspaceFileDocument,
  RenameFileDocument,
  SaveFileDocument,
} from '../generated/operations.js';
import { createErrors, listErrors, readErrors, saveErrors, writeErrors } from '../openapi/file-errors.js';
import { fileTexts } from '../openapi/file-texts.js';
import {
  createFileBody,
  createInput,
  deleteFileQuery,
  listFilesQuery,
  readFileQuery,
  renameFileBody,
  saveFileBody,
  saveInput,
} from '../payloads/files.js';
import { offsetOf } from '../payloads/lists.js';
import { type RestRoute, route } from '../route.js';

const tag = 'Files';
const toView = { scope: 'read', permission: '`can_view`' } as const;
const toEdit = {
  scope: 'write',
  permission: '`can_edit`; on a protected branch only space admins may write',
} as const;

/** A route's name and address, what it is about, and the one kind of file that it takes. */
interface FileRoute {
  operationId: string;
  path: string;
  what: string;
  kind: 'notebook' | undefined;
}

const listFiles = route({
  operationId: 'listWorkspaceFiles',
  tag,
  method: 'get',
  path: '/workspaces/:workspace_id/files',
  summary: 'List the notebook files of a workspace at a ref, sorted by path.',
  description: fileTexts.list,
  needs: toView,
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

function readFile({ operationId, path, what, kind }: FileRoute): RestRoute {
  return route({
    operationId,
    tag,
    method: 'get',
    path: `/workspaces/:workspace_id${path}`,
    summary: `Read ${what} at a ref.`,
    description: fileTexts.read,
    needs: toView,
    query: readFileQuery,
    document: ReadWorkspaceFileDocument,
    variables: ({ space, param, query }) => ({ space, id: param('workspace_id'), ...query, kind }),
    responds: { kind: 'file', at: 'space.workspace.file' },
    errors: readErrors,
  });
}

function createFile({ operationId, path, what, kind }: FileRoute): RestRoute {
  return route({
    operationId,
    tag,
    method: 'post',
    path: `/workspaces/:workspace_id${path}`,
    summary: `Create ${what} with one commit.`,
    description: fileTexts.create,
    needs: toEdit,
    body: createFileBody(kind),
    document: CreateFileDocument,
    variables: ({ space, param, body }) => ({
      space,
      in: { workspaceId: param('workspace_id') },
      input: createInput(body, kind),
    }),
    responds: { kind: 'saved', at: 'createFile', status: 201 },
    errors: createErrors,
    guards: 'create',
    repeats: 'createFile',
  });
}

function saveFile({ operationId, path, what, kind }: FileRoute): RestRoute {
  return route({
    operationId,
    tag,
    method: 'put',
    path: `/workspaces/:workspace_id${path}`,
    summary: `Save ${what} with one commit.`,
    description: fileTexts.save,
    needs: toEdit,
    body: saveFileBody(kind),
    document: SaveFileDocument,
    variables: ({ space, param, body }) => ({
      space,
      in: { workspaceId: param('workspace_id') },
      input: saveInput(body, kind),
    }),
    responds: { kind: 'saved', at: 'saveFile', status: 200 },
    errors: saveErrors,
    guards: 'change',
  });
}

const renameFile = route({
  operationId: 'renameAuthoringFile',
  tag,
  method: 'post',
  path: '/workspaces/:workspace_id/authoring-file/rename',
  summary: 'Rename a file with one commit.',
  description:
    'The notebook id, the links and the versions follow the file on this branch. The kind of the file stays. With ' +
    '`base_sha` the rename is refused where the branch has another blob at the path.',
  needs: toEdit,
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
  errors: [...writeErrors, 'file_exists', 'base_sha_conflict'],
  guards: 'change',
  repeats: 'renameFile',
});

const deleteFile = route({
  operationId: 'deleteAuthoringFile',
  tag,
  method: 'delete',
  path: '/workspaces/:workspace_id/authoring-file',
  summary: 'Delete a file with one commit.',
  description:
    'The versions of the file stay. With `base_sha` the deletion is refused where the branch has another blob.',
  needs: toEdit,
  query: deleteFileQuery,
  document: DeleteFileDocument,
  variables: ({ space, param, query }) => ({
    space,
    in: { workspaceId: param('workspace_id') },
    input: {
      path: query.path,
      branch: query.branch,
      baseSha: query.base_sha,
      commitMessage: query.commit_message,
    },
  }),
  responds: { kind: 'ok', at: 'deleteFile' },
  errors: [...writeErrors, 'base_sha_conflict'],
  guards: 'change',
});

const notebook = { what: 'a notebook', kind: 'notebook' } as const;
const authoringFile = { what: 'a notebook or text file', kind: undefined };

/** The routes of files that are addressed by a workspace. */
export const workspaceFileRoutes: RestRoute[] = [
  listFiles,
  readFile({ operationId: 'readNotebook', path: '/file', ...notebook }),
  readFile({ operationId: 'readAuthoringFile', path: '/authoring-file', ...authoringFile }),
  createFile({ operationId: 'createNotebook', path: '/files', ...notebook }),
  saveFile({ operationId: 'saveNotebook', path: '/file', ...notebook }),
  createFile({ operationId: 'createAuthoringFile', path: '/authoring-files', ...authoringFile }),
  saveFile({ operationId: 'saveAuthoringFile', path: '/authoring-file', ...authoringFile }),
  renameFile,
  deleteFile,
];
