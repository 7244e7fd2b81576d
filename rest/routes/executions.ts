import { lastEventId } from '../follow.js';
import { ExecuteCellDocument, FindExecutionDocument } from '../generated/operations.js';
import { executeBody } from '../payloads/runtime.js';
import { type RestRoute, route } from '../route.js';
import { sessionErrors } from './runtime.js';

export const executionRoutes: RestRoute[] = [
  route({
    method: 'post',
    path: '/sessions/:session_id/execute/stream',
    summary: 'Run a cell and stream its output as server-sent events.',
    body: executeBody,
    document: ExecuteCellDocument,
    variables: ({ space, param, body, headers }) => {
      lastEventId(headers);
      return {
        space,
        sessionId: param('session_id'),
        input: {
          code: body.code,
          cellIndex: body.cell_index,
          cellId: body.cell_id,
          timeoutSeconds: body.timeout_seconds,
          stopOnError: body.stop_on_error,
          executionId: body.execution_id,
        },
      };
    },
    responds: { kind: 'stream', at: 'executeCell.id' },
    errors: [...sessionErrors, 'session_dead', 'execution_id_reused', 'quota_exceeded'],
  }),
  route({
    method: 'get',
    path: '/sessions/:session_id/executions/:execution_id/stream',
    summary: 'Stream the output of a run again, after `Last-Event-ID`.',
    document: FindExecutionDocument,
    variables: ({ space, param }) => ({
      space,
      sessionId: param('session_id'),
      id: param('execution_id'),
    }),
    responds: { kind: 'stream', at: 'space.execution.id' },
  }),
];
