import type { OperationExample } from '../operation-example.js';
import { exampleIds, exampleTime } from './example-ids.js';
import { resourceClass } from './resource-classes.js';

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
const workspace = { workspace_id: exampleIds.workspace };

/** How a worker starts. */
export const workerStartExamples: Record<string, OperationExample> = {
  startWorker: {
    body: { ...workspace, kernel_profile_id: 'python3', resource_class_id: 'standard' },
    status: 201,
    answer: starting,
  },
};

/** Examples of the operations on a worker that runs. */
export const workerExamples: Record<string, OperationExample> = {
  readWorker: { params: { worker_id: exampleIds.worker }, status: 200, answer: ready },
  listWorkers: {
    query: workspace,
    status: 200,
    answer: { items: [ready], total: 1, page: 1, size: 20 },
  },
};

/** The same start again: it is answered with the worker that runs. */
export const repeatedWorkerStartExamples: Record<string, OperationExample> = {
  startWorker: { ...workerStartExamples.startWorker, status: 200, answer: ready },
};

/** How a worker ends. */
export const workerStopExamples: Record<string, OperationExample> = {
  stopWorker: { params: { worker_id: exampleIds.worker }, status: 204 },
};
