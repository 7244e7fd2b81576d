import { DomainError } from '../src/errors.js';
import { FollowExecutionDocument } from './generated/operations.js';
import type { Graph, RouteRequest } from './route.js';
import { executionStream } from './sse.js';

/** `Last-Event-ID` as a sequence number; 0 when it is absent. @throws DomainError `invalid_request` */
export function lastEventId(headers: Headers): number {
  const value = headers.get('last-event-id');
  if (value === null || value === '') return 0;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw noSuchEvent();
}

/**
 * The event stream of an execution, after the client's `Last-Event-ID`.
 * @throws DomainError `invalid_request`, also where the log has not come so far, and what opening the subscription throws
 */
export async function followAnswer(
  graph: Graph,
  executionId: string,
  { headers, param }: Pick<RouteRequest, 'headers' | 'param'>,
): Promise<Response> {
  const after = lastEventId(headers);
  const events = await graph.subscribe(FollowExecutionDocument, { executionId, after }).catch((error) => {
    throw error instanceof DomainError && error.fields?.[0]?.loc.at(-1) === 'after' ? noSuchEvent() : error;
  });
  return executionStream({ executionId, sessionId: param('session_id').toLowerCase(), after }, events);
}

function noSuchEvent(): DomainError {
  const msg = 'must be the id of an event of this stream';
  return new DomainError('invalid_request', `Last-Event-ID: ${msg}`, {
    fields: [{ loc: ['header', 'last-event-id'], msg, type: 'invalid' }],
  });
}
