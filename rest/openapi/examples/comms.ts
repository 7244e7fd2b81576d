import type { OperationExample } from '../operation-example.js';
import { exampleIds } from './example-ids.js';

/** The example of a message to a kernel. */
export const commExamples: Record<string, OperationExample> = {
  sendCommMessage: {
    params: { session_id: exampleIds.session },
    body: {
      type: 'comm_open',
      comm_id: exampleIds.comm,
      target_name: 'jupyter.widget.control',
      metadata: { version: '1.0.0' },
    },
    status: 200,
    answer: { comm_id: exampleIds.comm, execution_id: exampleIds.askingExecution },
  },
};
