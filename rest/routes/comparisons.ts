import { CompareWorkspaceDocument } from '../generated/operations.js';
import { readErrors } from '../openapi/file-errors.js';
import { compareQuery } from '../payloads/comparisons.js';
import { offsetOf } from '../payloads/lists.js';
import { type RestRoute, route } from '../route.js';

/** The routes that compare refs. */
export const comparisonRoutes: RestRoute[] = [
  route({
    operationId: 'compareWorkspace',
    tag: 'Files',
    method: 'get',
    path: '/workspaces/:workspace_id/compare',
    summary: 'Compare two refs: the files that differ, and with a path the content of one file.',
    description:
      '`files` is a page of the files that differ, sorted by path. With a `path`, `file` has the `cells` of a notebook, each with ' +
      'what became of it, or the `text` of another file as hunks of lines; without one it is null. `page` and `size` are of the ' +
      'cells then. With `merge_base_sha` as `base` it is what the head alone has changed.',
    needs: { scope: 'read', permission: '`can_view`' },
    query: compareQuery,
    document: CompareWorkspaceDocument,
    variables: ({ space, param, query }) => ({
      space,
      id: param('workspace_id'),
      base: query.base,
      head: query.head,
      path: query.path,
      ...offsetOf(query),
    }),
    responds: { kind: 'ok', at: 'space.workspace.compare' },
    errors: readErrors,
  }),
];
