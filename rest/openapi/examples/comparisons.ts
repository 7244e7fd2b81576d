import type { OperationExample } from '../operation-example.js';
import { exampleIds } from './example-ids.js';
import { newReport, report } from './report.js';

const { notebook } = report.content as { notebook: { cells: object[]; metadata: Record<string, object> } };
const added = (path: string[], head: unknown) => ({ path, base: null, head });

/** Examples of comparisons. */
export const comparisonExamples: Record<string, OperationExample> = {
  compareWorkspace: {
    params: { workspace_id: exampleIds.workspace },
    query: { base: newReport.commit, head: report.commit, path: report.path },
    status: 200,
    answer: {
      base: newReport.commit,
      head: report.commit,
      base_commit_sha: newReport.commit,
      head_commit_sha: report.commit,
      merge_base_sha: newReport.commit,
      files: {
        items: [
          {
            path: report.path,
            previous_path: null,
            status: 'modified',
            kind: 'notebook',
            base_sha: newReport.sha,
            head_sha: report.sha,
            base_size: newReport.size,
            head_size: report.size,
          },
        ],
        total: 1,
      },
      file: {
        cells: {
          items: [
            {
              status: 'added',
              is_moved: false,
              base_index: null,
              head_index: 0,
              changes: [],
              base: null,
              head: notebook.cells[0],
              hunks: [],
            },
          ],
          total: 1,
          counts: { added: 1, removed: 0, modified: 0, moved: 0, unchanged: 0 },
          metadata: [
            added(['kernelspec'], notebook.metadata.kernelspec),
            added(['language_info'], notebook.metadata.language_info),
          ],
        },
        text: null,
      },
    },
  },
};
