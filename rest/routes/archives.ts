import { ReadArchiveDocument } from '../generated/operations.js';
import { listErrors } from '../openapi/file-errors.js';
import { archiveQuery } from '../payloads/archives.js';
import { type RestRoute, route } from '../route.js';

const archiveFormats = { zip: 'zip', 'tar.gz': 'tar_gz' } as const;

/** The route of archives with the files of a workspace. */
export const archiveRoutes: RestRoute[] = [
  route({
    operationId: 'readArchive',
    tag: 'Files',
    method: 'get',
    path: '/workspaces/:workspace_id/archive',
    summary: 'Download the files at a ref as one archive.',
    description:
      'The files are below one folder, with the bytes of the repository; `.gitattributes` changes nothing. Symbolic links, ' +
      'submodules and names with a backslash are left out. At most 50,000 files and 8 GiB before compression. The archive is ' +
      'written while it is read: it breaks off for a client that reads nothing for a minute.',
    needs: { scope: 'read', permission: '`can_view`' },
    query: archiveQuery,
    document: ReadArchiveDocument,
    variables: ({ space, param, query }) => ({
      space,
      in: { workspaceId: param('workspace_id') },
      ref: query.ref,
      format: query.format && archiveFormats[query.format],
    }),
    responds: { kind: 'archive', at: 'archiveContent' },
    errors: [...listErrors, 'overloaded'],
  }),
];
