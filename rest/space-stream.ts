import { FieldError } from '../src/errors.js';
import { brokenStream } from './broken-stream.js';
import { eventStream, sentEvent } from './event-stream.js';
import type { SpaceItemFragment } from './generated/operations.js';
import { noSuchEvent } from './last-event-id.js';
import type { Graph } from './request.js';

/** The items of the stream that are no change have a name of their own. */
const names: Partial<Record<string, string>> = { heartbeat: 'heartbeat', reset: 'reset' };

/**
 * Answers with the stream of a space: `space_event` for each change, `heartbeat` and `reset`, whose id is the cursor. It ends
 * only with an `error`.
 * @param open opens the subscription, after the client's `Last-Event-ID`
 * @throws DomainError `invalid_request`, and what opening the subscription throws
 */
export async function spaceStream(
  open: () => Promise<AsyncIterableIterator<unknown>>,
  headers: Headers,
  stringify: Graph['stringify'],
): Promise<Response> {
  const events = await open().catch((error) => {
    const isHeader = Boolean(headers.get('last-event-id'));
    throw isHeader && error instanceof FieldError && error.faults[0].path[0] === 'after'
      ? noSuchEvent()
      : error;
  });
  return eventStream({
    events: events as AsyncIterableIterator<{ spaceEvents: SpaceItemFragment }>,
    frame: ({ spaceEvents: item }) =>
      sentEvent(names[item.type] ?? 'space_event', item.cursor, stringify(item)),
    broken: (error) => sentEvent('error', undefined, JSON.stringify(brokenStream(error))),
  });
}
