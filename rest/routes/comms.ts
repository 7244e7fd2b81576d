import { SendCommMessageDocument } from '../generated/operations.js';
import { sessionErrors } from '../openapi/session-errors.js';
import { commBody } from '../payloads/comms.js';
import { type RestRoute, route } from '../route.js';

/** The route of messages on comms, e.g. of widgets. */
export const commRoutes: RestRoute[] = [
  route({
    operationId: 'sendCommMessage',
    tag: 'Sessions',
    method: 'post',
    path: '/sessions/:session_id/comms',
    summary: 'Send a message on a comm to a kernel.',
    description:
      'The body has the fields of the messages `comm_open`, `comm_msg` and `comm_close` of Jupyter. The kernel handles the ' +
      'message behind the cell that it runs, and replies to none. What the message causes, e.g. the output of a callback ' +
      'of a widget, is late output of the execution that the answer names: the one that opened the comm, or for a comm of ' +
      'your own the newest one. `execution_id` is null where the session has run nothing yet. At most 200 messages and ' +
      '32 MiB wait for one kernel; more are a 503.',
    needs: {
      scope: 'execute',
      permission: '`can_edit`, and the session must be your own unless you are a space admin',
    },
    body: commBody,
    document: SendCommMessageDocument,
    variables: ({ space, param, body }) => ({
      space,
      sessionId: param('session_id'),
      input: {
        type: body.type,
        commId: body.comm_id,
        targetName: body.target_name,
        data: body.data,
        metadata: body.metadata,
        buffers: body.buffers,
      },
    }),
    responds: { kind: 'ok', at: 'sendCommMessage' },
    errors: [...sessionErrors, 'session_dead', 'kernel_busy', 'overloaded', 'runtime_unavailable'],
    repeats: 'sendCommMessage',
  }),
];
