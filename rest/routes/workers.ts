import {
  GetWorkerDocument,
  ListWorkersDocument,
  StartWorkerDocument,
  StopWorkerDocument,
} from '../generated/operations.js';
import { startErrors } from '../openapi/start-errors.js';
import { offsetOf } from '../payloads/lists.js';
import { listWorkersQuery, startBody, startInput } from '../payloads/workers.js';
import { type RestRoute, route } from '../route.js';

const tag = 'Workers';

/** The routes of workers. */
export const workerRoutes: RestRoute[] = [
  route({
    operationId: 'listWorkers',
    tag,
    method: 'get',
    path: '/workers',
    summary: 'List your workers, newest first.',
    description:
      'A worker is a Jupyter server of one user, with the files of one branch. Stopped and failed workers are listed only ' +
      'with `include_stopped=true`.',
    needs: { scope: 'read', permission: 'membership of the space; only your own workers are listed' },
    query: listWorkersQuery,
    document: ListWorkersDocument,
    variables: ({ space, query }) => ({
      space,
      includeStopped: query.include_stopped,
      workspaceId: query.workspace_id,
      ...offsetOf(query),
    }),
    responds: { kind: 'page', at: 'space.workers' },
  }),
  route({
    operationId: 'startWorker',
    tag,
    method: 'post',
    path: '/workers',
    summary: 'Start a worker, or get your live one.',
    description:
      'It answers immediately with the status `starting`. Your live worker for the same workspace, branch, profile and ' +
      'class is answered with 200 instead.',
    needs: { scope: 'execute', permission: '`can_edit` over the workspace' },
    body: startBody,
    document: StartWorkerDocument,
    variables: ({ space, body }) => ({ space, input: startInput(body) }),
    responds: { kind: 'created', at: 'startWorker.worker', isNew: 'startWorker.created' },
    errors: startErrors,
    repeats: 'startWorker',
  }),
  route({
    operationId: 'readWorker',
    tag,
    method: 'get',
    path: '/workers/:worker_id',
    summary: 'Read a worker.',
    description:
      '`status_reason` is one word for why a worker is in its status, `error_detail` is a sentence, followed ' +
      'by the last lines that its server printed where that ended by itself.',
    needs: { scope: 'read', permission: '`can_view` over the workspace' },
    document: GetWorkerDocument,
    variables: ({ space, param }) => ({ space, id: param('worker_id') }),
    responds: { kind: 'ok', at: 'space.worker' },
  }),
  route({
    operationId: 'stopWorker',
    tag,
    method: 'delete',
    path: '/workers/:worker_id',
    summary: 'Stop a worker and its sessions.',
    description: 'A worker that has stopped before is a 204, too; an id that was never issued is a 404.',
    needs: { scope: 'execute', permission: 'a worker of your own, unless you are a space admin' },
    document: StopWorkerDocument,
    variables: ({ space, param }) => ({ space, id: param('worker_id') }),
    responds: { kind: 'done' },
  }),
];
