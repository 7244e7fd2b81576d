import type { OperationExample } from '../operation-example.js';
import { exampleIds, exampleTime } from './example-ids.js';

const session = {
  id: exampleIds.session,
  workspace_id: exampleIds.workspace,
  worker_id: exampleIds.worker,
  branch: 'main',
  path: 'notebooks/report.ipynb',
  kernel_name: 'python3',
  kernel_profile_id: 'python3',
  status: 'idle',
  execution_count: 0,
  created_at: exampleTime,
  last_activity_at: exampleTime,
};
const workspace = { workspace_id: exampleIds.workspace };

/** Examples of the operations on sessions. */
export const sessionExamples: Record<string, OperationExample> = {
  createSession: { body: { ...workspace, path: session.path }, status: 201, answer: session },
  readSession: { params: { session_id: exampleIds.session }, status: 200, answer: session },
  listSessions: {
    query: workspace,
    status: 200,
    answer: { items: [session], total: 1, page: 1, size: 20 },
  },
};

/** The same request again: it is answered with the session that is there. */
export const repeatedSessionExamples: Record<string, OperationExample> = {
  createSession: { ...sessionExamples.createSession, status: 200, answer: session },
};

/** A session after its runs, and how it ends. */
export const sessionEndExamples: Record<string, OperationExample> = {
  interruptSession: {
    params: { session_id: exampleIds.session },
    status: 200,
    answer: { ...session, execution_count: 4 },
  },
  restartSession: {
    params: { session_id: exampleIds.session },
    status: 200,
    answer: session,
  },
  deleteSession: { params: { session_id: exampleIds.session }, status: 204 },
};
