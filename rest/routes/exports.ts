import { ExportNotebookDocument } from '../generated/operations.js';
import { readErrors } from '../openapi/file-errors.js';
import { exportQuery } from '../payloads/exports.js';
import { type RestRoute, route } from '../route.js';

/** The route that writes a notebook in another format. */
export const exportRoutes: RestRoute[] = [
  route({
    operationId: 'exportNotebook',
    tag: 'Files',
    method: 'get',
    path: '/workspaces/:workspace_id/export',
    summary: 'Download a notebook as HTML, Markdown or a script.',
    description:
      'Of a notebook of at most 16 MiB. No code of it runs, neither here nor in the document: its HTML is reduced to text, ' +
      'tables, links and images. A script is in the percent format: `# %%` begins a cell.',
    needs: { scope: 'read', permission: '`can_view`' },
    query: exportQuery,
    document: ExportNotebookDocument,
    variables: ({ space, param, query }) => ({ space, id: param('workspace_id'), ...query }),
    responds: { kind: 'document', at: 'space.workspace.export' },
    errors: readErrors,
  }),
];
