import type { HostileInput, HostileTarget } from '../hostile-input.js';
import { sendRest } from '../send-rest.js';

const cells = 200_000;
const path = 'cells.ipynb';
const textPath = 'text.txt';

const workspace = ({ workspaceIds }: HostileTarget) => `/workspaces/${workspaceIds[0]}`;

function largeNotebook() {
  return {
    cells: Array.from({ length: cells }, (_, index) => ({
      cell_type: 'code',
      id: `cell-${index}`,
      metadata: {},
      source: `x = ${index}`,
      outputs: [],
      execution_count: null,
    })),
    metadata: {},
    nbformat: 4,
    nbformat_minor: 5,
  };
}

/** Large notebooks and files, which are valid. A row of the table reads what a row before it created. */
export const notebookInputs: HostileInput[] = [
  {
    what: 'POST of a notebook of 200,000 cells',
    send: (target) => {
      const body = JSON.stringify({ path, notebook: largeNotebook() });
      return sendRest(target, { method: 'POST', path: `${workspace(target)}/files`, body });
    },
  },
  {
    what: 'GET of a notebook of 200,000 cells',
    send: (target) => sendRest(target, { method: 'GET', path: `${workspace(target)}/file?path=${path}` }),
  },
  {
    what: 'a commit with the notebook of 200,000 cells as base64',
    send: (target) => {
      const content = Buffer.from(JSON.stringify(largeNotebook())).toString('base64');
      const body = JSON.stringify({
        changes: [{ create: { path: 'base64.ipynb', content_base64: content } }],
        commit_message: 'Add a large notebook',
      });
      return sendRest(target, { method: 'POST', path: `${workspace(target)}/commits`, body });
    },
  },
  {
    what: 'POST of a text of 40 MB',
    send: (target) => {
      const body = JSON.stringify({ path: textPath, content: 'a line of text\n'.repeat(2_700_000) });
      return sendRest(target, { method: 'POST', path: `${workspace(target)}/authoring-files`, body });
    },
  },
  {
    what: 'GET of a text of 40 MB',
    send: (target) =>
      sendRest(target, { method: 'GET', path: `${workspace(target)}/authoring-file?path=${textPath}` }),
  },
];
