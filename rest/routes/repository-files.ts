import {
  CreateRepositoryFileDocument,
  ListRepositoryFilesDocument,
  ReadRepositoryFileDocument,
  SaveRepositoryFileDocument,
} from '../generated/operations.js';
import { createErrors, listErrors, readErrors, saveErrors } from '../openapi/file-errors.js';
import { fileTexts } from '../openapi/file-texts.js';
import {
  createFileBody,
  createInput,
  listFilesQuery,
  readFileQuery,
  saveFileBody,
  saveInput,
} from '../payloads/files.js';
import { offsetOf } from '../payloads/lists.js';
import { type RestRoute, route } from '../route.js';

const tag = 'Files';
const over = 'in some workspace over the repository; where there is none, the space role decides';
const toView = { scope: 'read', permission: `\`can_view\` ${over}` } as const;
const toEdit = {
  scope: 'write',
  permission: `\`can_edit\` ${over}; on a protected branch only space admins may write`,
} as const;
const deprecated =
  'Deprecated: use the same path of a workspace, which the header `Link` names where you can view one.';

/** The routes of notebooks that are addressed by their repository, for older clients. */
export const repositoryFileRoutes: RestRoute[] = [
  route({
    operationId: 'listRepositoryFiles',
    tag,
    method: 'get',
    path: '/repositories/:repository_id/files',
    summary: 'List the notebook files of a repository at a ref, sorted by path.',
    description: `${deprecated} ${fileTexts.list}`,
    needs: toView,
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
    operationId: 'readRepositoryNotebook',
    tag,
    method: 'get',
    path: '/repositories/:repository_id/file',
    summary: 'Read a notebook of a repository at a ref.',
    description: `${deprecated} ${fileTexts.read}`,
    needs: toView,
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
    operationId: 'createRepositoryNotebook',
    tag,
    method: 'post',
    path: '/repositories/:repository_id/files',
    summary: 'Create a notebook in a repository with one commit.',
    description: `${deprecated} ${fileTexts.create}`,
    needs: toEdit,
    body: createFileBody('notebook'),
    document: CreateRepositoryFileDocument,
    variables: ({ space, param, body }) => ({
      space,
      in: { repositoryId: param('repository_id') },
      input: createInput(body, 'notebook'),
    }),
    responds: { kind: 'saved', at: 'createFile', status: 201 },
    errors: createErrors,
    guards: 'create',
    repeats: 'createFile',
    successor: 'createFile.repository.visible_workspace_id',
  }),
  route({
    operationId: 'saveRepositoryNotebook',
    tag,
    method: 'put',
    path: '/repositories/:repository_id/file',
    summary: 'Save a notebook of a repository with one commit.',
    description: `${deprecated} ${fileTexts.save}`,
    needs: toEdit,
    body: saveFileBody('notebook'),
    document: SaveRepositoryFileDocument,
    variables: ({ space, param, body }) => ({
      space,
      in: { repositoryId: param('repository_id') },
      input: saveInput(body, 'notebook'),
    }),
    responds: { kind: 'saved', at: 'saveFile', status: 200 },
    errors: saveErrors,
    guards: 'change',
    successor: 'saveFile.repository.visible_workspace_id',
  }),
];
