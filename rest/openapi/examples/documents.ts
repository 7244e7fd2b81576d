import type { OperationExample } from '../operation-example.js';
import { type ExampleFile, exampleVersion, savedAnswer } from './example-files.js';
import { exampleIds, exampleTime } from './example-ids.js';
import { emptyNotebook, firstVersion, report, reportVersion } from './report.js';

const params = { notebook_id: exampleIds.report };
const target = { target_type: 'repository', target_id: exampleIds.repository };
const link = {
  id: exampleIds.link,
  notebook_id: exampleIds.report,
  ...target,
  target_name: 'welcome',
  created_by_user_id: exampleIds.owner,
  created_at: exampleTime,
};

const restored: ExampleFile = {
  ...report,
  ...emptyNotebook,
  commit: '6c8a1b2d3e4f5061728394a5b6c7d8e9f0a1b2c3',
};

/** Examples of the operations on the links and versions of notebooks. */
export const documentExamples: Record<string, OperationExample> = {
  createNotebookLink: { params, body: target, status: 201, answer: link },
  listNotebookLinks: { params, status: 200, answer: { items: [link], total: 1, page: 1, size: 20 } },
  deleteNotebookLink: { params: { ...params, link_id: exampleIds.link }, status: 204 },
  listNotebookVersions: {
    params,
    query: { branch: 'main', size: '1' },
    status: 200,
    answer: { items: [exampleVersion(report, reportVersion)], total: 2, page: 1, size: 1 },
  },
  restoreNotebookVersion: {
    params: { ...params, version_id: firstVersion.id },
    body: { base_sha: report.sha, commit_message: 'Go back to the empty report' },
    status: 200,
    answer: savedAnswer(restored, null, {
      id: 'b0c1d2e3-f405-5617-8293-a4b5c6d7e8f9',
      message: 'Go back to the empty report',
    }),
  },
};
