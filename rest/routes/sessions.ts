import {
  CreateSessionDocument,
  DeleteSessionDocument,
  GetSessionDocument,
  InterruptSessionDocument,
  ListSessionsDocument,
  RestartSessionDocument,
} from '../generated/operations.js';
import { sessionErrors } from '../openapi/session-errors.js';
import { startErrors } from '../openapi/start-errors.js';
import { offsetOf } from '../payloads/lists.js';
import { createSessionBody, listSessionsQuery } from '../payloads/sessions.js';
import { startInput } from '../payloads/workers.js';
import { type RestRoute, route } from '../route.js';

const tag = 'Sessions';
const own = '`can_edit`, and the session must be your own unless you are a space admin';

/** The routes of kernel sessions. */
export const sessionRoutes: RestRoute[] = [
  route({
    operationId: 'listSessions',
    tag,
    method: 'get',
    path: '/sessions',
    summary: 'List your kernel sessions, newest first.',
    description: 'A session is one kernel on a worker. Deleted sessions are not listed.',
    needs: { scope: 'read', permission: 'membership of the space; only your own sessions are listed' },
    query: listSessionsQuery,
    document: ListSessionsDocument,
    variables: ({ space, query }) => ({ space, workspaceId: query.workspace_id, ...offsetOf(query) }),
    responds: { kind: 'page', at: 'space.sessions' },
  }),
  route({
    operationId: 'createSession',
    tag,
    method: 'post',
    path: '/sessions',
    summary: 'Open a kernel session, or get the live one.',
    description:
      'Without a `worker_id` it uses your live worker for the workspace, branch, profile and class, or starts one, and ' +
      'answers when the kernel is idle. After 120 seconds it is a 503 with `Retry-After`, while the worker goes on ' +
      'starting. The live session for the same worker, path and profile is answered with 200.',
    needs: { scope: 'execute', permission: '`can_edit` over the workspace' },
    body: createSessionBody,
    document: CreateSessionDocument,
    variables: ({ space, body }) => ({ space, input: { ...startInput(body), workerId: body.worker_id } }),
    responds: { kind: 'created', at: 'createSession.session', isNew: 'createSession.created' },
    errors: [...startErrors, 'worker_not_live', 'session_starting'],
    repeats: 'createSession',
  }),
  route({
    operationId: 'readSession',
    tag,
    method: 'get',
    path: '/sessions/:session_id',
    summary: 'Read a kernel session.',
    description: '`status` is that of the kernel: `starting`, `idle`, `busy`, `restarting` or `dead`.',
    needs: { scope: 'read', permission: '`can_view` over the workspace' },
    document: GetSessionDocument,
    variables: ({ space, param }) => ({ space, id: param('session_id') }),
    responds: { kind: 'ok', at: 'space.session' },
  }),
  route({
    operationId: 'deleteSession',
    tag,
    method: 'delete',
    path: '/sessions/:session_id',
    summary: 'Delete a kernel session and stop its kernel.',
    description:
      'What runs and what is queued ends as `cancelled`. A session that was deleted before is a 204, too; an id that was ' +
      'never issued is a 404. While the server of its worker does not answer, it is a 503.',
    needs: { scope: 'execute', permission: 'a session of your own, unless you are a space admin' },
    document: DeleteSessionDocument,
    variables: ({ space, param }) => ({ space, id: param('session_id') }),
    responds: { kind: 'done' },
    errors: ['runtime_unavailable'],
  }),
  route({
    operationId: 'interruptSession',
    tag,
    method: 'post',
    path: '/sessions/:session_id/interrupt',
    summary: 'Interrupt the cell that a session runs.',
    description:
      'The run ends as its kernel says, in general with `KeyboardInterrupt`. An idle session stays as it is.',
    needs: { scope: 'execute', permission: own },
    document: InterruptSessionDocument,
    variables: ({ space, param }) => ({ space, id: param('session_id') }),
    responds: { kind: 'ok', at: 'interruptSession' },
    errors: [...sessionErrors, 'session_dead', 'runtime_unavailable'],
    repeats: 'interruptSession',
  }),
  route({
    operationId: 'restartSession',
    tag,
    method: 'post',
    path: '/sessions/:session_id/restart',
    summary: 'Restart the kernel of a session.',
    description:
      'What runs and what is queued ends as `cancelled`, and the variables of the kernel are lost. A dead kernel is ' +
      'started again while its worker lives.',
    needs: { scope: 'execute', permission: own },
    document: RestartSessionDocument,
    variables: ({ space, param }) => ({ space, id: param('session_id') }),
    responds: { kind: 'ok', at: 'restartSession' },
    errors: [...sessionErrors, 'runtime_unavailable'],
    repeats: 'restartSession',
  }),
];
