import { DomainError } from '../src/errors.js';
import { FollowExecutionDocument } from './generated/operations.js';
import type { Graph } from './route.js';
import { executionStream } from './sse.js';

/** `Last-Event-ID` as a sequence number; 0 when it is absent. @throws DomainError `invalid_request` */
export function lastEventId(headers: Headers): number {
  const value = headers.get('last-event-id');
  if (value === null || value === '') return 0;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  const msg = 'must be the id of an event of this stream';
  throw new DomainError('invalid_request', `Last-Event-ID: ${msg}`, {
    fields: [{ loc: ['header', 'Last-Event-ID'], msg, type: 'invalid' }],
  });
}

/**
 * The event stream of an execution, after the client's `Last-Event-ID`.
 * @throws DomainError `invalid_request`, and what opening the subscription throws
 */
export async function followAnswer(graph: Graph, executionId: string, headers: Headers): Promise<Response> {
  const after = lastEventId(headers);
  const events = await graph.subscribe(FollowExecutionDocument, { executionId, after });
  return executionStream(executionId, events);
}
