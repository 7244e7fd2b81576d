import type { OperationExample } from '../operation-example.js';
import { exampleIds, exampleTime } from './example-ids.js';
import { welcomeCells } from './welcome-cells.js';

const source = '# Parameters\nrate = 2';
const params = { run_id: exampleIds.run };
const commits = {
  run: '3d5c7b9a1e2f4a6b8c0d2e4f6a8b0c1d3e5f7a9b',
  saved: '4e6d8c0b2f3a5b7c9d1e3f5a7b9c1d2e4f6a8b0c',
};

const queued = {
  id: exampleIds.run,
  workspace_id: exampleIds.workspace,
  user_id: exampleIds.owner,
  path: 'notebooks/welcome.ipynb',
  ref: 'main',
  commit_sha: commits.run,
  parameters: { rate: 2 },
  kernel_profile_id: 'python3',
  kernel_name: 'python3',
  session_id: null,
  timeout_seconds: null,
  allow_errors: false,
  status: 'queued',
  error: null,
  save_branch: 'main',
  save_path: 'notebooks/welcome-run.ipynb',
  saved_commit_sha: null,
  save_error: null,
  truncated_cells: null,
  schedule_id: null,
  due_at: null,
  created_at: exampleTime,
  started_at: null,
  finished_at: null,
};
const ended = {
  ...queued,
  session_id: exampleIds.runSession,
  status: 'ok',
  saved_commit_sha: commits.saved,
  truncated_cells: [],
  started_at: exampleTime,
  finished_at: exampleTime,
};
const slow = {
  ...ended,
  id: exampleIds.cancelledRun,
  path: 'notebooks/slow.ipynb',
  commit_sha: '5f7e9d1c3a4b6c8d0e2f4a6b8c0d2e3f5a7b9c1d',
  parameters: {},
  session_id: exampleIds.cancelledRunSession,
  status: 'running',
  save_path: 'notebooks/slow.ipynb',
  saved_commit_sha: null,
  truncated_cells: null,
  finished_at: null,
};

const executed = {
  cells: [
    {
      cell_type: 'code',
      execution_count: 1,
      id: 'injected-parameters',
      metadata: { tags: ['injected-parameters'] },
      outputs: [],
      source,
    },
    ...welcomeCells,
  ],
  metadata: {
    kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' },
    language_info: { name: 'python' },
    notebook_run: {
      run_id: exampleIds.run,
      user: { id: exampleIds.owner, name: 'Admin' },
      path: queued.path,
      ref: 'main',
      commit_sha: commits.run,
      parameters: queued.parameters,
      kernel_name: 'python3',
      kernel_profile_id: 'python3',
      status: 'ok',
      started_at: exampleTime,
      finished_at: exampleTime,
      duration_ms: 1480,
      truncated_cells: [],
    },
  },
  nbformat: 4,
  nbformat_minor: 5,
};

const inCell = {
  run_id: exampleIds.run,
  cell_id: 'injected-parameters',
  execution_id: exampleIds.runExecution,
  session_id: exampleIds.runSession,
  cell_index: 0,
};
const entries = [
  { type: 'status', execution_state: 'queued' },
  { type: 'status', execution_state: 'busy' },
  { type: 'execute_input', code: source, execution_count: 1 },
  { type: 'status', execution_state: 'idle' },
  {
    ...{ type: 'final_response', status: 'ok', status_reason: null, cancelled_by: null, execution_count: 1 },
    ...{ outputs: [], truncated: false, started_at: exampleTime, finished_at: exampleTime, duration_ms: 12 },
  },
];
const frame = (event: string, id: string, data: object) =>
  `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
const stream = [
  ...entries.map((entry, index) =>
    frame('run_event', `1-${index + 1}`, { ...inCell, sequence: index + 1, ...entry }),
  ),
  frame('final_response', '2-1', ended),
].join('');

/** Examples of the operations on runs of notebooks. */
export const notebookRunExamples: Record<string, OperationExample> = {
  runNotebook: {
    body: {
      workspace_id: exampleIds.workspace,
      path: queued.path,
      parameters: queued.parameters,
      last_cell: 0,
      save_to: { path: queued.save_path },
    },
    status: 201,
    answer: queued,
  },
  readNotebookRun: {
    params,
    status: 200,
    answer: {
      ...ended,
      cells: {
        items: [
          {
            position: 1,
            cell_index: 0,
            cell_id: inCell.cell_id,
            execution_id: exampleIds.runExecution,
            execution: { status: 'ok', execution_count: 1 },
          },
        ],
        total: 1,
      },
      notebook: executed,
    },
  },
  listNotebookRuns: { status: 200, answer: { items: [ended], total: 1, page: 1, size: 20 } },
  streamNotebookRun: { params, status: 200, answer: stream },
  cancelNotebookRun: { params: { run_id: exampleIds.cancelledRun }, status: 200, answer: slow },
};
