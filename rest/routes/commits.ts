import { CommitFilesDocument } from '../generated/operations.js';
import { writeErrors } from '../openapi/file-errors.js';
import { commitFilesBody, commitInput } from '../payloads/commits.js';
import { type RestRoute, route } from '../route.js';

/** The route of commits with several files. */
export const commitRoutes: RestRoute[] = [
  route({
    operationId: 'commitFiles',
    tag: 'Files',
    method: 'post',
    path: '/workspaces/:workspace_id/commits',
    summary: 'Change several files with one commit.',
    description:
      'Up to 500 changes, applied in order; if one is refused, none is written. `content_base64` takes any bytes. Saves with ' +
      '`"merge": "auto"` are merged with what others saved meanwhile; `merged_files` names those that were. It is a ' +
      '200 where the branch has the requested content already, so that no commit was written.',
    needs: {
      scope: 'write',
      permission: '`can_edit`; on a protected branch only space admins may write',
    },
    body: commitFilesBody,
    document: CommitFilesDocument,
    variables: ({ space, param, body }) => ({
      space,
      in: { workspaceId: param('workspace_id') },
      input: commitInput(body),
    }),
    responds: { kind: 'created', at: 'commitFiles', isNew: 'commitFiles.changed' },
    errors: [...writeErrors, 'invalid_notebook', 'file_exists', 'base_sha_conflict'],
    repeats: 'commitFiles',
  }),
];
