import { SearchFilesDocument } from '../generated/operations.js';
import { listErrors } from '../openapi/file-errors.js';
import { offsetOf } from '../payloads/lists.js';
import { searchQuery } from '../payloads/search.js';
import { type RestRoute, route } from '../route.js';

/** The route that finds files by a text. */
export const searchRoutes: RestRoute[] = [
  route({
    operationId: 'searchFiles',
    tag: 'Files',
    method: 'get',
    path: '/workspaces/:workspace_id/search',
    summary: 'Find a text in the names or the content of the files at a ref.',
    description:
      'By path and line; each line counts once. In notebooks it looks at the sources and the readable outputs of cells, not at ' +
      'their JSON. It ends after 1,000 hits, and in content also after 10 seconds, and after 50 hits in one file: ' +
      '`is_incomplete` says so. `skipped_files` ' +
      'contain the text, but are binary, no valid notebook, or over 16 MiB. Give the `commit_sha` of the first page as `ref` ' +
      'of the next one, so that both are of the same commit.',
    needs: { scope: 'read', permission: '`can_view`' },
    query: searchQuery,
    document: SearchFilesDocument,
    variables: ({ space, param, query: { page, size, case_sensitive: caseSensitive, ...query } }) => ({
      ...{ space, id: param('workspace_id'), caseSensitive },
      ...{ ...query, ...offsetOf({ page, size }) },
    }),
    responds: { kind: 'page', at: 'space.workspace.search' },
    errors: [...listErrors, 'overloaded'],
  }),
];
