import { statusOf } from '../src/error-status.js';
import { type ErrorCode, FieldError } from '../src/errors.js';
import { brokenStream } from './broken-stream.js';
import { eventStream, sentEvent } from './event-stream.js';
import { notebookEvent } from './execution-stream.js';
import { FollowNotebookRunDocument, type FollowNotebookRunSubscription } from './generated/operations.js';
import { noSuchEvent } from './last-event-id.js';
import type { Answer, Graph } from './request.js';
import { withFirst } from './with-first.js';

type Followed = FollowNotebookRunSubscription['notebookRunEvents'];

/**
 * Answers with the event stream of a run of a notebook, after the client's `Last-Event-ID`: `run_event` for each event of a
 * cell, then `final_response` or `error`. It is 204 where the client has all events of a run that has ended.
 * @throws DomainError `invalid_request`, and what opening the subscription throws
 */
export async function runStream(
  graph: Graph,
  { id, finishedAt }: { id: string; finishedAt: string | null },
  headers: Headers,
): Promise<Answer> {
  const after = headers.get('last-event-id') || null;
  const events = await graph.subscribe(FollowNotebookRunDocument, { runId: id, after }).catch((error) => {
    throw error instanceof FieldError && error.faults[0].path[0] === 'after' ? noSuchEvent() : error;
  });
  const first = finishedAt === null ? undefined : await events.next();
  if (first?.done) return { status: 204 };
  return eventStream({
    events: first ? withFirst(first.value, events) : events,
    frame: ({ notebookRunEvents: event }) => frame(id, event, graph.stringify),
    broken(error) {
      const data = { run_id: id, ...brokenStream(error), retryable: false };
      return sentEvent('error', undefined, JSON.stringify(data));
    },
  });
}

function frame(
  runId: string,
  { cursor, cell_id, event, ended }: Followed,
  stringify: (value: unknown) => string,
): string {
  if (event) {
    const data = { run_id: runId, cell_id, ...notebookEvent(event) };
    return sentEvent('run_event', cursor, stringify(data));
  }
  if (ended?.status !== 'failed') return sentEvent('final_response', cursor, stringify(ended));
  const { code = 'kernel_died', detail = 'The run failed; start it again.' } = ended.error ?? {};
  const data = { run_id: runId, detail, status_code: statusOf[code as ErrorCode], code, retryable: false };
  return sentEvent('error', cursor, stringify(data));
}
