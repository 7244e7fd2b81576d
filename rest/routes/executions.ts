import { DomainError } from '../../src/errors.js';
import {
  ExecuteCellDocument,
  FindExecutionDocument,
  FollowExecutionDocument,
} from '../generated/operations.js';
import { executeBody } from '../payloads/runtime.js';
import { type Graph, type RestRoute, route } from '../route.js';
import { executionStream } from '../sse.js';

/** `Last-Event-ID` as a sequence number; 0 when it is absent. @throws DomainError `invalid_request` */
function lastEventId(headers: Headers): number {
  const value = headers.get('last-event-id');
  if (value === null || value === '') return 0;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  const msg = 'must be the id of an event of this stream';
  throw new DomainError('invalid_request', `Last-Event-ID: ${msg}`, {
    fields: [{ loc: ['header', 'Last-Event-ID'], msg, type: 'invalid' }],
  });
}

async function follow(graph: Graph, executionId: string, headers: Headers): Promise<Response> {
  const after = lastEventId(headers);
  const events = await graph.subscribe(FollowExecutionDocument, { executionId, after });
  return executionStream(executionId, events);
}

export const executionRoutes: RestRoute[] = [
  route({
    method: 'post',
    path: '/sessions/:session_id/execute/stream',
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
    respond: (data, { headers }, graph) => follow(graph, data.executeCell.id, headers),
  }),
  route({
    method: 'get',
    path: '/sessions/:session_id/executions/:execution_id/stream',
    document: FindExecutionDocument,
    variables: ({ space, param }) => ({
      space,
      sessionId: param('session_id'),
      id: param('execution_id'),
    }),
    respond: (data, { headers }, graph) => follow(graph, data.space.execution.id, headers),
  }),
];
