import {
  GetWorkerDocument,
  ListKernelProfilesDocument,
  ListResourceClassesDocument,
  ListWorkersDocument,
  StartWorkerDocument,
  StopWorkerDocument,
} from '../generated/operations.js';
import { offsetOf, pageQuery } from '../payloads/lists.js';
import { listWorkersQuery, startBody, startInput } from '../payloads/runtime.js';
import { type RestRoute, route } from '../route.js';
import { startErrors } from './start-errors.js';

const inSpace = 'membership of the space';

/** The routes of workers, and of the profiles and classes that they are started with. */
export const workerRoutes: RestRoute[] = [
  route({
    operationId: 'listKernelProfiles',
    tag: 'Kernels',
    method: 'get',
    path: '/kernel-profiles',
    summary: 'List the kernel profiles and whether they are available, newest first.',
    description:
      'A profile names a Jupyter kernel and what runs it. `unavailable_reason` says why a profile cannot be started now.',
    needs: { scope: 'read', permission: inSpace },
    query: pageQuery(20, 100),
    document: ListKernelProfilesDocument,
    variables: ({ space }) => ({ space }),
    responds: { kind: 'slice', at: 'space.kernelProfiles' },
  }),
  route({
    operationId: 'listWorkerResourceClasses',
    tag: 'Kernels',
    method: 'get',
    path: '/worker-resource-classes',
    summary: 'List the enabled resource classes of workers, newest first.',
    description: 'A class is the CPU, memory, GPU and storage that a worker gets.',
    needs: { scope: 'read', permission: inSpace },
    query: pageQuery(20, 100),
    document: ListResourceClassesDocument,
    variables: ({ space }) => ({ space }),
    responds: { kind: 'slice', at: 'space.workerResourceClasses' },
  }),
  route({
    operationId: 'listWorkers',
    tag: 'Workers',
    method: 'get',
    path: '/workers',
    summary: 'List your workers, newest first.',
    description:
      'A worker is a Jupyter server of one user, with the files of one branch. Stopped and failed workers are listed only ' +
      'with `include_stopped=true`.',
    needs: { scope: 'read', permission: `${inSpace}; only your own workers are listed` },
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
    tag: 'Workers',
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
    tag: 'Workers',
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
    tag: 'Workers',
    method: 'delete',
    path: '/workers/:worker_id',
    summary: 'Stop a worker and its sessions.',
    description: 'A worker that has stopped before is a 204, too; an id that was never issued is a 404.',
    needs: { scope: 'execute', permission: 'the worker must be your own unless you are a space admin' },
    document: StopWorkerDocument,
    variables: ({ space, param }) => ({ space, id: param('worker_id') }),
    responds: { kind: 'done' },
  }),
];
