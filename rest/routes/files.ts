import { createdAnswer, pageAnswer } from '../answers.js';
import {
  CreateFileDocument,
  type FileBodyFragment,
  ListRepositoryFilesDocument,
  ListWorkspaceFilesDocument,
  ReadRepositoryFileDocument,
  ReadWorkspaceFileDocument,
  RenameFileDocument,
  SaveFileDocument,
} from '../generated/operations.js';
import {
  createFileBody,
  listFilesQuery,
  readFileQuery,
  renameFileBody,
  saveFileBody,
} from '../payloads/files.js';
import { offsetOf } from '../payloads/lists.js';
import { type Answer, type RestRoute, route } from '../route.js';

/** The two ways to address files: their path prefix, and their documents. */
const addresses = [
  {
    prefix: '/workspaces/:workspace_id',
    address: (param: (name: string) => string) => ({ workspaceId: param('workspace_id') }),
    id: 'workspace_id',
    authoring: true,
  },
  {
    prefix: '/repositories/:repository_id',
    address: (param: (name: string) => string) => ({ repositoryId: param('repository_id') }),
    id: 'repository_id',
    authoring: false,
  },
] as const;

type Kind = 'notebook' | undefined;

/** `ETag` is the blob's sha; `If-None-Match` with it gives 304 (RFC 9110, section 13.1.2). */
function fileAnswer(file: FileBodyFragment, headers: Headers): Answer {
  const etag = `"${file.sha}"`;
  const known = (headers.get('if-none-match') ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (known.includes(etag) || known.includes('*')) return { status: 304, headers: { etag } };
  return { status: 200, body: file, headers: { etag } };
}

const listRoutes: RestRoute[] = [
  route({
    method: 'get',
    path: '/workspaces/:workspace_id/files',
    query: listFilesQuery,
    document: ListWorkspaceFilesDocument,
    variables: ({ space, param, query }) => ({
      space,
      id: param('workspace_id'),
      ref: query.ref,
      kind: query.kind,
      ...offsetOf(query),
    }),
    respond: (data, { query }) => pageAnswer(data.space.workspace.files, query),
  }),
  route({
    method: 'get',
    path: '/repositories/:repository_id/files',
    query: listFilesQuery,
    document: ListRepositoryFilesDocument,
    variables: ({ space, param, query }) => ({
      space,
      id: param('repository_id'),
      ref: query.ref,
      kind: query.kind,
      ...offsetOf(query),
    }),
    respond: (data, { query }) => pageAnswer(data.space.repository.files, query),
  }),
];

function readWorkspaceFile(path: string, kind: Kind): RestRoute {
  return route({
    method: 'get',
    path: `/workspaces/:workspace_id${path}`,
    query: readFileQuery,
    document: ReadWorkspaceFileDocument,
    variables: ({ space, param, query }) => ({ space, id: param('workspace_id'), ...query, kind }),
    respond: (data, { headers }) => fileAnswer(data.space.workspace.file, headers),
  });
}

const readRepositoryFile: RestRoute = route({
  method: 'get',
  path: '/repositories/:repository_id/file',
  query: readFileQuery,
  document: ReadRepositoryFileDocument,
  variables: ({ space, param, query }) => ({
    space,
    id: param('repository_id'),
    ...query,
    kind: 'notebook' as const,
  }),
  respond: (data, { headers }) => fileAnswer(data.space.repository.file, headers),
});

function createFile(at: (typeof addresses)[number], path: string, kind: Kind): RestRoute {
  return route({
    method: 'post',
    path: `${at.prefix}${path}`,
    body: createFileBody,
    document: CreateFileDocument,
    variables: ({ space, param, body }) => ({
      space,
      in: at.address(param),
      input: {
        path: body.path,
        branch: body.branch,
        kind: body.kind ?? kind,
        notebook: body.notebook,
        content: body.content,
        commitMessage: body.commit_message,
      },
    }),
    respond: ({ createFile: saved }) => createdAnswer({ ...saved.file, version: saved.version }),
  });
}

function saveFile(at: (typeof addresses)[number], path: string, kind: Kind): RestRoute {
  return route({
    method: 'put',
    path: `${at.prefix}${path}`,
    body: saveFileBody,
    document: SaveFileDocument,
    variables: ({ space, param, body }) => ({
      space,
      in: at.address(param),
      input: {
        path: body.path,
        branch: body.branch,
        baseSha: body.base_sha,
        kind: body.kind ?? kind,
        notebook: body.notebook,
        content: body.content,
        commitMessage: body.commit_message,
      },
    }),
    respond: ({ saveFile: saved }) => ({
      status: 200,
      body: { ...saved.file, version: saved.version },
      headers: { etag: `"${saved.file.sha}"` },
    }),
  });
}

const renameFile: RestRoute = route({
  method: 'post',
  path: '/workspaces/:workspace_id/authoring-file/rename',
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
  respond: ({ renameFile: saved }) => ({ status: 200, body: { ...saved.file, version: saved.version } }),
});

export const fileRoutes: RestRoute[] = [
  ...listRoutes,
  readWorkspaceFile('/file', 'notebook'),
  readWorkspaceFile('/authoring-file', undefined),
  readRepositoryFile,
  ...addresses.flatMap((at) => [
    createFile(at, '/files', 'notebook'),
    saveFile(at, '/file', 'notebook'),
    ...(at.authoring
      ? [createFile(at, '/authoring-files', undefined), saveFile(at, '/authoring-file', undefined)]
      : []),
  ]),
  renameFile,
];
