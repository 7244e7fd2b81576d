import type { OperationExample } from '../operation-example.js';
import { exampleIds, exampleTime } from './example-ids.js';

const ids = { execution_id: exampleIds.execution, session_id: exampleIds.session, cell_index: 0 };
const result = { data: { 'text/plain': '42' }, metadata: {}, execution_count: 1 };

const code = "with open('answer.txt', 'w') as file:\n    file.write('42')\n6 * 7";
const entries = [
  { type: 'status', execution_state: 'queued' },
  { type: 'status', execution_state: 'busy' },
  { type: 'execute_input', code, execution_count: 1 },
  { type: 'execute_result', ...result, transient: {} },
  { type: 'status', execution_state: 'idle' },
];
const end = {
  status: 'ok',
  status_reason: null,
  cancelled_by: null,
  execution_count: 1,
  outputs: [{ output_type: 'execute_result', ...result }],
  truncated: false,
  started_at: exampleTime,
  finished_at: exampleTime,
  duration_ms: 12,
};

function frame(event: string, sequence: number, data: object): string {
  return `id: ${sequence}\nevent: ${event}\ndata: ${JSON.stringify({ ...ids, sequence, ...data })}\n\n`;
}

const stream = [
  ...entries.map((entry, index) => frame('notebook_event', index + 1, entry)),
  frame('final_response', entries.length + 1, end),
].join('');
const params = { session_id: exampleIds.session };

const run = {
  id: exampleIds.execution,
  session_id: exampleIds.session,
  user_id: exampleIds.owner,
  cell_index: 0,
  cell_id: null,
  code,
  status: 'ok',
  execution_count: 1,
  error: null,
  outputs_save: null,
  created_at: exampleTime,
  started_at: exampleTime,
  finished_at: exampleTime,
};

/** Examples of the operations that stream a run. */
export const executionExamples: Record<string, OperationExample> = {
  executeCell: {
    params,
    body: { code, cell_index: 0, execution_id: exampleIds.execution },
    status: 200,
    answer: stream,
  },
  resumeExecutionStream: {
    params: { ...params, execution_id: exampleIds.execution },
    status: 200,
    answer: stream,
  },
  listExecutions: { params, status: 200, answer: { items: [run], total: 1, page: 1, size: 20 } },
  readExecution: {
    params: { ...params, execution_id: exampleIds.execution },
    status: 200,
    answer: { ...run, outputs: end.outputs, truncated: false },
  },
  cancelExecution: {
    params: { ...params, execution_id: exampleIds.queuedExecution },
    status: 200,
    answer: {
      ...run,
      id: exampleIds.queuedExecution,
      cell_index: null,
      code: 'rate * 2',
      status: 'cancelled',
      execution_count: null,
      started_at: null,
    },
  },
  executeCells: {
    params,
    body: { cells: [{ code: '6 * 7' }] },
    status: 201,
    answer: {
      executions: [
        {
          ...run,
          id: exampleIds.batchExecution,
          cell_index: null,
          code: '6 * 7',
          status: 'queued',
          execution_count: null,
          started_at: null,
          finished_at: null,
        },
      ],
    },
  },
  answerInput: {
    params: { ...params, execution_id: exampleIds.askingExecution },
    body: { request_id: exampleIds.inputRequest, value: 'Ada' },
    status: 200,
    answer: {
      ...run,
      id: exampleIds.askingExecution,
      cell_index: null,
      code: "name = input('Name? ')",
      status: 'running',
      execution_count: null,
      finished_at: null,
    },
  },
};
