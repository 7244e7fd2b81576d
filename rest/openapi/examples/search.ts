import type { OperationExample } from '../operation-example.js';
import { exampleIds } from './example-ids.js';
import { report } from './report.js';

/** The example of a search. */
export const searchExamples: Record<string, OperationExample> = {
  searchFiles: {
    params: { workspace_id: exampleIds.workspace },
    query: { q: 'RATE =' },
    status: 200,
    answer: {
      items: [
        {
          path: report.path,
          kind: 'notebook',
          sha: report.sha,
          cell: { index: 0, id: 'rate', type: 'code', part: 'source' },
          line: 1,
          snippet: 'rate = 0.03',
          match_start: 0,
          match_length: 6,
        },
      ],
      total: 1,
      commit_sha: '2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e',
      is_incomplete: false,
      skipped_files: 0,
      page: 1,
      size: 20,
    },
  },
};
