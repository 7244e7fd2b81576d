import type { OperationExample } from '../operation-example.js';
import { exampleIds } from './example-ids.js';

/** The example of an archive. */
export const archiveExamples: Record<string, OperationExample> = {
  // How a zip file begins.
  readArchive: {
    params: { workspace_id: exampleIds.workspace },
    query: { format: 'zip' },
    status: 200,
    answer: 'PK\u0003\u0004',
  },
};
