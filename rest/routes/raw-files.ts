import { PutFileDocument, ReadFileContentDocument } from '../generated/operations.js';
import { createErrors, listErrors } from '../openapi/file-errors.js';
import { putFileQuery, readFileQuery } from '../payloads/files.js';
import { type RestRoute, route } from '../route.js';

const tag = 'Files';

/** The routes of files of any bytes. */
export const rawFileRoutes: RestRoute[] = [
  route({
    operationId: 'readRawFile',
    tag,
    method: 'get',
    path: '/workspaces/:workspace_id/raw-file',
    summary: 'Read the bytes of a file at a ref.',
    description:
      'Any file of at most 64 MiB, also one that is no text. One range of bytes can be asked for with `Range`; several are ' +
      'answered with the whole file. The `ETag` is the blob sha.',
    needs: { scope: 'read', permission: '`can_view`' },
    query: readFileQuery,
    document: ReadFileContentDocument,
    variables: ({ space, param, query }) => ({
      space,
      in: { workspaceId: param('workspace_id') },
      path: query.path,
      ref: query.ref,
    }),
    responds: { kind: 'bytes', at: 'fileContent' },
    errors: [...listErrors, 'invalid_path', 'range_not_satisfiable'],
  }),
  route({
    operationId: 'putRawFile',
    tag,
    method: 'put',
    path: '/workspaces/:workspace_id/raw-file',
    summary: 'Create or replace a file with the bytes of the body, with one commit.',
    description:
      'The body may have 64 MiB and any media type. At a path that ends in `.ipynb` it must be a valid notebook, which is ' +
      'stored as it is. The same bytes again make no commit.',
    needs: {
      scope: 'write',
      permission: '`can_edit`; on a protected branch only space admins may write',
    },
    query: putFileQuery,
    takesBytes: true,
    document: PutFileDocument,
    variables: ({ space, param, query, body }) => ({
      space,
      in: { workspaceId: param('workspace_id') },
      input: {
        path: query.path,
        contentBase64: Buffer.from(body as Uint8Array).toString('base64'),
        branch: query.branch,
        baseSha: query.base_sha,
        commitMessage: query.commit_message,
      },
    }),
    responds: { kind: 'put', at: 'putFile' },
    errors: [...createErrors, 'base_sha_conflict'],
    guards: 'put',
  }),
];
