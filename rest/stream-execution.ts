import { FieldError } from '../src/errors.js';
import { executionStream } from './execution-stream.js';
import { FollowExecutionDocument } from './generated/operations.js';
import { lastEventId, noSuchEvent } from './last-event-id.js';
import type { Graph, RouteRequest } from './request.js';

/**
 * Answers with the event stream of an execution, after the client's `Last-Event-ID`.
 * @throws DomainError `invalid_request`, also where the log is not that long, and what opening the subscription throws
 */
export async function streamExecution(
  graph: Graph,
  executionId: string,
  { headers, param }: Pick<RouteRequest, 'headers' | 'param'>,
): Promise<Response> {
  const after = lastEventId(headers);
  const events = await graph.subscribe(FollowExecutionDocument, { executionId, after }).catch((error) => {
    throw error instanceof FieldError && error.faults[0].path[0] === 'after' ? noSuchEvent() : error;
  });
  return executionStream(
    { executionId, sessionId: param('session_id').toLowerCase(), after },
    events,
    graph.stringify,
  );
}
