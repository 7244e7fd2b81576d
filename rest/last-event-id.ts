import { badRequest, type RequestError } from './request-error.js';

/**
 * `Last-Event-ID` as a sequence number; 0 where it is absent.
 * @throws RequestError `invalid_request`
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#the-last-event-id-header
 */
export function lastEventId(headers: Headers): number {
  const value = headers.get('last-event-id');
  if (value === null || value === '') return 0;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw noSuchEvent();
}

/** The refusal of a `Last-Event-ID` that no event of the stream has. */
export function noSuchEvent(): RequestError {
  return badRequest(['header', 'last-event-id'], 'must be the id of an event of this stream');
}
