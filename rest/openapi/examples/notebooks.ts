import type { OperationExample } from '../operation-example.js';
import { exampleVersion } from './example-files.js';
import { exampleIds, exampleTime } from './example-ids.js';
import { report, reportVersion } from './report.js';

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

/** Examples of the operations on the links and versions of notebooks. */
export const notebookExamples: Record<string, OperationExample> = {
  createNotebookLink: { params, body: target, status: 201, answer: link },
  listNotebookLinks: { params, status: 200, answer: { items: [link], total: 1, page: 1, size: 20 } },
  deleteNotebookLink: { params: { ...params, link_id: exampleIds.link }, status: 204 },
  listNotebookVersions: {
    params,
    query: { branch: 'main', size: '1' },
    status: 200,
    answer: { items: [exampleVersion(report, reportVersion)], total: 2, page: 1, size: 1 },
  },
};
