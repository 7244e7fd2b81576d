import type { OperationExample } from '../operation-example.js';
import { exampleIds, exampleTime } from './example-ids.js';

const profile = {
  id: 'python3',
  display_name: 'Python 3',
  language: 'python',
  kernel_name: 'python3',
  runtime: 'local',
  is_default: true,
  is_available: true,
  unavailable_reason: null,
};
const resourceClass = {
  id: 'standard',
  name: 'Standard',
  cpu_limit: 2,
  memory_mb: 4096,
  gpu_count: 0,
  workspace_storage_mb: 10240,
  tmp_storage_mb: 2048,
  is_enabled: true,
  is_default: true,
};
const starting = {
  id: exampleIds.worker,
  workspace_id: exampleIds.workspace,
  user_id: exampleIds.owner,
  repository_id: exampleIds.repository,
  repository_kind: 'analysis',
  branch: 'main',
  path: null,
  backend: 'external',
  status: 'starting',
  status_reason: null,
  error_detail: null,
  kernel_name: 'python3',
  kernel_profile_id: 'python3',
  resource_class_id: 'standard',
  resource_class: resourceClass,
  progress: { percent: 0, message: 'Queued' },
  storage_limit: 'not_enforced',
  created_at: exampleTime,
  started_at: null,
  last_activity_at: null,
  stopped_at: null,
};
const ready = {
  ...starting,
  status: 'ready',
  progress: { percent: 100, message: 'Ready' },
  started_at: exampleTime,
  last_activity_at: exampleTime,
};
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
const readmeText =
  '# Demo\n\nA workspace to try things out in. Everything here is a file in a Git repository: change it, save it, run it.\n';
const readme = {
  path: 'README.md',
  size: 117,
  sha: '4e6bd9c2d0f3a1b7c8e5d6f7a8b9c0d1e2f3a4b5',
  base_sha: '4e6bd9c2d0f3a1b7c8e5d6f7a8b9c0d1e2f3a4b5',
  status: 'unchanged',
};
const commit = {
  params: { worker_id: exampleIds.worker },
  body: { paths: ['notebooks/answer.txt'], commit_message: 'Keep the answer' },
};
const exampleCommit = '9b1f0c5e7d3a2b4c6e8f1a3b5c7d9e0f2a4b6c8d';
const workspace = { workspace_id: exampleIds.workspace };

/** Examples of the operations on workers and sessions. */
export const runtimeExamples: Record<string, OperationExample> = {
  listKernelProfiles: { status: 200, answer: { items: [profile], total: 1, page: 1, size: 20 } },
  listWorkerResourceClasses: {
    query: { size: '1' },
    status: 200,
    answer: { items: [resourceClass], total: 1, page: 1, size: 1 },
  },
  startWorker: {
    body: { ...workspace, kernel_profile_id: 'python3', resource_class_id: 'standard' },
    status: 201,
    answer: starting,
  },
  createSession: { body: { ...workspace, path: session.path }, status: 201, answer: session },
  readWorker: { params: { worker_id: exampleIds.worker }, status: 200, answer: ready },
  listWorkers: {
    query: workspace,
    status: 200,
    answer: { items: [ready], total: 1, page: 1, size: 20 },
  },
  listWorkerFiles: {
    params: { worker_id: exampleIds.worker },
    query: { size: '1' },
    status: 200,
    answer: { items: [readme], total: 6, page: 1, size: 1 },
  },
  readWorkerFile: {
    params: { worker_id: exampleIds.worker },
    query: { path: readme.path },
    status: 200,
    answer: readmeText,
  },
  readSession: { params: { session_id: exampleIds.session }, status: 200, answer: session },
  listSessions: {
    query: workspace,
    status: 200,
    answer: { items: [session], total: 1, page: 1, size: 20 },
  },
};

/** What a run has written is committed. */
export const commitExamples: Record<string, OperationExample> = {
  commitWorkerFiles: {
    ...commit,
    status: 201,
    answer: {
      commit_sha: exampleCommit,
      parent_sha: '5a3c1e9d7b2f4a6c8e0d1b3f5a7c9e2d4b6f8a0c',
      changed: true,
    },
  },
};

/** The same again: the branch has it already. */
export const repeatedCommitExamples: Record<string, OperationExample> = {
  commitWorkerFiles: {
    ...commit,
    status: 200,
    answer: { commit_sha: exampleCommit, parent_sha: exampleCommit, changed: false },
  },
};

/** The same requests again: they are answered with what runs already. */
export const repeatedStartExamples: Record<string, OperationExample> = {
  startWorker: { ...runtimeExamples.startWorker, status: 200, answer: ready },
  createSession: { ...runtimeExamples.createSession, status: 200, answer: session },
};

/** The session after its runs, and how it ends. */
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
  stopWorker: { params: { worker_id: exampleIds.worker }, status: 204 },
};
