import type { ErrorCode } from '../../src/errors.js';
import {
  CreateSessionDocument,
  DeleteSessionDocument,
  GetSessionDocument,
  GetWorkerDocument,
  InterruptSessionDocument,
  ListKernelProfilesDocument,
  ListResourceClassesDocument,
  ListSessionsDocument,
  ListWorkersDocument,
  RestartSessionDocument,
  StartWorkerDocument,
  StopWorkerDocument,
} from '../generated/operations.js';
import { offsetOf, pageQuery } from '../payloads/lists.js';
import {
  createSessionBody,
  listSessionsQuery,
  listWorkersQuery,
  startBody,
  startInput,
} from '../payloads/runtime.js';
import { type RestRoute, route } from '../route.js';

const startErrors: readonly ErrorCode[] = [
  'invalid_path',
  'workspace_archived',
  'quota_exceeded',
  'runtime_unavailable',
];

/** What stands in the way of using a session. */
export const sessionErrors: readonly ErrorCode[] = ['workspace_archived', 'worker_not_live'];

export const runtimeRoutes: RestRoute[] = [
  route({
    method: 'get',
    path: '/kernel-profiles',
    summary: 'List the kernel profiles and whether they are available, newest first.',
    query: pageQuery(20, 100),
    document: ListKernelProfilesDocument,
    variables: ({ space }) => ({ space }),
    responds: { kind: 'slice', at: 'space.kernelProfiles' },
  }),
  route({
    method: 'get',
    path: '/worker-resource-classes',
    summary: 'List the enabled resource classes of workers, newest first.',
    query: pageQuery(20, 100),
    document: ListResourceClassesDocument,
    variables: ({ space }) => ({ space }),
    responds: { kind: 'slice', at: 'space.workerResourceClasses' },
  }),
  route({
    method: 'get',
    path: '/workers',
    summary: 'List your workers, newest first.',
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
    method: 'post',
    path: '/workers',
    summary: 'Start a worker, or answer your live one.',
    body: startBody,
    document: StartWorkerDocument,
    variables: ({ space, body }) => ({ space, input: startInput(body) }),
    responds: { kind: 'created', at: 'startWorker.worker', isNew: 'startWorker.created' },
    errors: startErrors,
  }),
  route({
    method: 'get',
    path: '/workers/:worker_id',
    summary: 'Read a worker.',
    document: GetWorkerDocument,
    variables: ({ space, param }) => ({ space, id: param('worker_id') }),
    responds: { kind: 'ok', at: 'space.worker' },
  }),
  route({
    method: 'delete',
    path: '/workers/:worker_id',
    summary: 'Stop a worker.',
    document: StopWorkerDocument,
    variables: ({ space, param }) => ({ space, id: param('worker_id') }),
    responds: { kind: 'done' },
  }),
  route({
    method: 'get',
    path: '/sessions',
    summary: 'List your kernel sessions, newest first.',
    query: listSessionsQuery,
    document: ListSessionsDocument,
    variables: ({ space, query }) => ({ space, workspaceId: query.workspace_id, ...offsetOf(query) }),
    responds: { kind: 'page', at: 'space.sessions' },
  }),
  route({
    method: 'post',
    path: '/sessions',
    summary: 'Open a kernel session, or answer the live one.',
    body: createSessionBody,
    document: CreateSessionDocument,
    variables: ({ space, body }) => ({ space, input: { ...startInput(body), workerId: body.worker_id } }),
    responds: { kind: 'created', at: 'createSession.session', isNew: 'createSession.created' },
    errors: [...startErrors, 'worker_not_live', 'session_starting'],
  }),
  route({
    method: 'get',
    path: '/sessions/:session_id',
    summary: 'Read a kernel session.',
    document: GetSessionDocument,
    variables: ({ space, param }) => ({ space, id: param('session_id') }),
    responds: { kind: 'ok', at: 'space.session' },
  }),
  route({
    method: 'delete',
    path: '/sessions/:session_id',
    summary: 'Delete a kernel session.',
    document: DeleteSessionDocument,
    variables: ({ space, param }) => ({ space, id: param('session_id') }),
    responds: { kind: 'done' },
  }),
  route({
    method: 'post',
    path: '/sessions/:session_id/interrupt',
    summary: 'Interrupt what a session runs.',
    document: InterruptSessionDocument,
    variables: ({ space, param }) => ({ space, id: param('session_id') }),
    responds: { kind: 'ok', at: 'interruptSession' },
    errors: [...sessionErrors, 'session_dead', 'runtime_unavailable'],
  }),
  route({
    method: 'post',
    path: '/sessions/:session_id/restart',
    summary: 'Restart the kernel of a session.',
    document: RestartSessionDocument,
    variables: ({ space, param }) => ({ space, id: param('session_id') }),
    responds: { kind: 'ok', at: 'restartSession' },
    errors: [...sessionErrors, 'runtime_unavailable'],
  }),
];
