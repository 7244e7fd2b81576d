import type { OperationExample } from '../operation-example.js';
import { type ExampleFile, listEntry, oneCell, readAnswer, savedAnswer } from './example-files.js';
import { exampleIds } from './example-ids.js';
import { firstVersion, lastFileCommit, newReport, report, reportVersion } from './report.js';
import { welcomeCells } from './welcome-cells.js';

const welcome: ExampleFile = {
  path: 'notebooks/welcome.ipynb',
  commit: 'e29a8f8c19d324611c5ab9898bc7d6768fdd35da',
  sha: '9e93cb4837447ccd5bdbe01fedc3415d53443833',
  size: 1114,
  notebookId: exampleIds.welcome,
  content: {
    kind: 'notebook',
    notebook: {
      ...oneCell(''),
      cells: welcomeCells,
    },
  },
};
const firstRates: ExampleFile = {
  path: 'data/rates.csv',
  commit: 'c92e83bc28aa5a2387599651631def49e0dcbd70',
  sha: '6603655bc30de158a7f68a8ca5be04d3980a96b0',
  size: 20,
  notebookId: null,
  content: { kind: 'text', content: 'year,rate\n2025,0.03\n' },
};
const moreRates: ExampleFile = {
  ...firstRates,
  commit: 'fa38d92b874314a99224f4a1392e20ec00b2695c',
  sha: '4bceea234a34badd0533863a3d8597306ef1e89c',
  size: 30,
  content: { kind: 'text', content: 'year,rate\n2025,0.03\n2026,0.02\n' },
};
const renamedRates: ExampleFile = {
  ...moreRates,
  path: 'data/interest-rates.csv',
  commit: 'aaa4c0407bb79fbdd1a5db3603b2e52d14042d2e',
};
const workspaceId = exampleIds.workspace;
const params = { workspace_id: workspaceId };

/** Examples of the operations on the files of a workspace. */
export const workspaceFileExamples: Record<string, OperationExample> = {
  listWorkspaceFiles: {
    params,
    query: { ref: 'main' },
    status: 200,
    answer: { items: [listEntry(welcome)], total: 1, page: 1, size: 1000 },
  },
  readNotebook: {
    params,
    query: { path: welcome.path },
    status: 200,
    answer: readAnswer(welcome, workspaceId),
  },
  createNotebook: {
    params,
    body: { path: report.path, commit_message: 'Begin the report' },
    status: 201,
    answer: savedAnswer(newReport, workspaceId, firstVersion),
  },
  saveNotebook: {
    params,
    body: { path: report.path, notebook: oneCell('rate = 0.03'), base_sha: newReport.sha },
    status: 200,
    answer: savedAnswer(report, workspaceId, reportVersion),
  },
  createAuthoringFile: {
    params,
    body: { path: firstRates.path, content: 'year,rate\n2025,0.03\n' },
    status: 201,
    answer: savedAnswer(firstRates, workspaceId, {
      id: '3e33b425-0e18-5f70-b10f-0c78cf3d02c4',
      message: 'Create data/rates.csv',
    }),
  },
  readAuthoringFile: {
    params,
    query: { path: firstRates.path },
    status: 200,
    answer: readAnswer(firstRates, workspaceId),
  },
  saveAuthoringFile: {
    params,
    body: {
      path: firstRates.path,
      content: 'year,rate\n2025,0.03\n2026,0.02\n',
      base_sha: firstRates.sha,
    },
    status: 200,
    answer: savedAnswer(moreRates, workspaceId, {
      id: '5678d941-ec5a-5c76-904c-72328d146886',
      message: 'Update data/rates.csv',
    }),
  },
  renameAuthoringFile: {
    params,
    body: { path: moreRates.path, new_path: renamedRates.path },
    status: 200,
    answer: savedAnswer(renamedRates, workspaceId, {
      id: 'ad49f3d3-c5e4-5870-902e-c6cdd1faac4d',
      message: 'Rename data/rates.csv to data/interest-rates.csv',
    }),
  },
  deleteAuthoringFile: {
    params,
    query: { path: renamedRates.path, base_sha: renamedRates.sha, commit_message: 'Drop the old rates' },
    status: 200,
    answer: { commit_sha: lastFileCommit },
  },
};
