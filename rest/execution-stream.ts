import { DomainError } from '../src/errors.js';
import { refusalOf } from '../src/refusal.js';
import type { FollowExecutionSubscription } from './generated/operations.js';

const keepAliveMs = 15_000;

type Stringify = (value: unknown) => string;

/** Which execution a stream follows, and the sequence number after which it begins. */
export interface FollowedExecution {
  executionId: string;
  sessionId: string;
  after: number;
}

/**
 * Streams an execution's log as server-sent events
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html): `notebook_event` for each entry, then
 * `final_response` or `error`; `id` is the sequence number. The next event is read when the client has taken the last,
 * so that nothing is buffered for a slow client. A client that leaves ends the reading, not the run.
 * @param stringify writes the data of an event as compact JSON
 */
export function executionStream(
  at: FollowedExecution,
  events: AsyncIterableIterator<FollowExecutionSubscription>,
  stringify: Stringify,
): Response {
  const encoder = new TextEncoder();
  let sequence = at.after;
  let keepAlive: NodeJS.Timeout | undefined;
  const stop = async () => {
    clearInterval(keepAlive);
    await events.return?.();
  };
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      keepAlive = setInterval(() => {
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(': keep-alive\n\n'));
      }, keepAliveMs);
    },
    async pull(controller) {
      try {
        const { done, value } = await events.next();
        if (done) {
          await stop();
          controller.close();
        } else {
          controller.enqueue(encoder.encode(frame(value.executionEvents, stringify)));
          sequence = value.executionEvents.sequence;
        }
      } catch (error) {
        await stop().catch(() => {});
        controller.enqueue(encoder.encode(broken(at, sequence, error)));
        controller.close();
      }
    },
    cancel: stop,
  });
  return new Response(body, {
    status: 200,
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      'x-execution-id': at.executionId,
    },
  });
}

function frame(event: FollowExecutionSubscription['executionEvents'], stringify: Stringify): string {
  const { type, late: _late, ...rest } = event;
  switch (type) {
    case 'final_response':
      return message('final_response', event.sequence, stringify(rest));
    case 'failure': {
      const { cell_index: _cellIndex, ...failure } = rest;
      return message('error', event.sequence, stringify(failure));
    }
    default: {
      const { buffers, late, ...fields } = { buffers: null, ...event };
      const more = { ...(buffers === null ? {} : { buffers }), ...(late ? { late } : {}) };
      return message('notebook_event', event.sequence, stringify({ ...fields, ...more }));
    }
  }
}

/**
 * The last event of a stream that failed, or that the caller may not follow any more. The log is not changed, so that a
 * client may resume.
 * @param sequence of the last event that was sent
 */
function broken({ executionId, sessionId }: FollowedExecution, sequence: number, error: unknown): string {
  const {
    code,
    status,
    message: detail,
  } = refusalOf(
    error instanceof DomainError
      ? error
      : new DomainError('runtime_unavailable', 'The stream broke off; resume it with Last-Event-ID.'),
  );
  const data = JSON.stringify({
    execution_id: executionId,
    session_id: sessionId,
    sequence,
    detail,
    status_code: status,
    code,
    retryable: status === 503,
  });
  return message('error', undefined, data);
}

/** @param data JSON text without line breaks */
function message(event: string, id: number | undefined, data: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`;
}
