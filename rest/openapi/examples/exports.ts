import type { OperationExample } from '../operation-example.js';
import { exampleIds } from './example-ids.js';
import { report } from './report.js';

/** The example of an export. */
export const exportExamples: Record<string, OperationExample> = {
  exportNotebook: {
    params: { workspace_id: exampleIds.workspace },
    query: { path: report.path, format: 'script' },
    status: 200,
    answer: '# %%\nrate = 0.03\n',
  },
};
