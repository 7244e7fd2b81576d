import type { OperationExample } from '../operation-example.js';
import { exampleIds, exampleTime } from './example-ids.js';

const created = {
  cursor: '1',
  type: 'workspace',
  created_at: exampleTime,
  workspace_id: exampleIds.workspace,
  change: 'created',
};

/** The example of the stream of a space. */
export const spaceEventExamples: Record<string, OperationExample> = {
  streamSpaceEvents: {
    query: { after: '0', heartbeat_seconds: '30' },
    status: 200,
    answer: `id: 1\nevent: space_event\ndata: ${JSON.stringify(created)}\n\n`,
  },
};
