import { brokenStream } from './broken-stream.js';
import { eventStream, sentEvent } from './event-stream.js';
import type { FollowExecutionSubscription, LogEventFragment } from './generated/operations.js';

type Stringify = (value: unknown) => string;

/** Which execution a stream follows, and the sequence number after which it begins. */
export interface FollowedExecution {
  executionId: string;
  sessionId: string;
  after: number;
}

/**
 * Streams an execution's log as server-sent events: `notebook_event` for each entry, then `final_response` or `error`; `id` is
 * the sequence number. A client that leaves ends the reading, not the run.
 * @param stringify writes the data of an event as compact JSON
 */
export function executionStream(
  at: FollowedExecution,
  events: AsyncIterableIterator<FollowExecutionSubscription>,
  stringify: Stringify,
): Response {
  let sequence = at.after;
  return eventStream({
    events,
    frame({ executionEvents: event }) {
      sequence = event.sequence;
      return frame(event, stringify);
    },
    broken(error) {
      const { executionId: execution_id, sessionId: session_id } = at;
      const data = { execution_id, session_id, sequence, ...brokenStream(error), retryable: false };
      return sentEvent('error', undefined, JSON.stringify(data));
    },
    headers: { 'x-execution-id': at.executionId },
  });
}

function frame(event: LogEventFragment, stringify: Stringify): string {
  const { type, late: _late, ...rest } = event;
  switch (type) {
    case 'final_response':
      return sentEvent('final_response', event.sequence, stringify(rest));
    case 'failure': {
      const { cell_index: _cellIndex, ...failure } = rest;
      return sentEvent('error', event.sequence, stringify(failure));
    }
    default:
      return sentEvent('notebook_event', event.sequence, stringify(notebookEvent(event)));
  }
}

/** The data of an entry of a log: without `buffers` where it has none, and without `late` where it is false. */
export function notebookEvent(event: LogEventFragment) {
  const { buffers, late, ...fields } = { buffers: null, ...event };
  return { ...fields, ...(buffers === null ? {} : { buffers }), ...(late ? { late } : {}) };
}
