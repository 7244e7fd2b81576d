import { FieldError } from '../src/errors.js';
import { executionStream } from './execution-stream.js';
import { FollowExecutionDocument } from './generated/operations.js';
import { lastEventId, noSuchEvent } from './last-event-id.js';
import type { Answer, Graph, RouteRequest } from './request.js';
import { withFirst } from './with-first.js';

/** The run whose events are streamed, as the documents of such routes select it. */
export interface FollowedRun {
  id: string;
  /** Null while it goes on. */
  finishedAt: string | null;
}

/**
 * Answers with the event stream of an execution, after the client's `Last-Event-ID`. It is 204 where the client has all
 * events of a run that has ended: to an empty stream, a client would reconnect for ever.
 * @throws DomainError `invalid_request`, also where the log is not that long, and what opening the subscription throws
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#server-sent-events-intro
 */
export async function streamExecution(
  graph: Graph,
  { id, finishedAt }: FollowedRun,
  { headers, param }: Pick<RouteRequest, 'headers' | 'param'>,
): Promise<Answer> {
  const after = lastEventId(headers);
  const events = await graph.subscribe(FollowExecutionDocument, { executionId: id, after }).catch((error) => {
    throw error instanceof FieldError && error.faults[0].path[0] === 'after' ? noSuchEvent() : error;
  });
  const at = { executionId: id, sessionId: param('session_id').toLowerCase(), after };
  if (finishedAt === null) return executionStream(at, events, graph.stringify);
  const first = await events.next();
  if (first.done) return { status: 204, headers: { 'x-execution-id': id } };
  return executionStream(at, withFirst(first.value, events), graph.stringify);
}
