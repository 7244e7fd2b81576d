import { STATUS_CODES } from 'node:http';
import type { GraphQLError } from 'graphql';
import type { Response } from 'graphql-sse';
import type { ErrorCode } from '../../errors.js';

/** A refusal in the form of graphql-sse. */
export function streamRefusal(
  status: number,
  errors: readonly GraphQLError[],
  more: Record<string, string> = {},
): Response {
  const headers = { ...more, 'content-type': 'application/json; charset=utf-8' };
  return [JSON.stringify({ errors }), { status, statusText: STATUS_CODES[status]!, headers }];
}

const faultsOfStatuses: Partial<Record<number, { code: ErrorCode; message: string }>> = {
  400: { code: 'invalid_request', message: 'The request cannot be read.' },
  404: {
    code: 'not_found',
    message: 'The stream was not found; ask for `Accept: text/event-stream`, or reserve a stream with PUT.',
  },
  405: {
    code: 'method_not_allowed',
    message: 'The path does not take this method; `Allow` lists those that it takes.',
  },
  406: {
    code: 'invalid_request',
    message:
      'The answer has none of the accepted media types; change `Accept`. Subscriptions are sent as `text/event-stream`, here and at `/graphql/stream`, and over WebSocket by `graphql-transport-ws`; not as `multipart/mixed`.',
  },
  409: { code: 'already_exists', message: 'The stream or the operation exists already.' },
  415: { code: 'unsupported_media_type', message: 'Send the body as `application/json`.' },
};

/**
 * The body of a refusal that a library made: its errors with `code` and `requestId`, which the library does not know.
 * @param body the body of the library, a JSON object with `errors`; null where it has none
 */
export function withErrorCodes(body: string | null, status: number, requestId: string): string {
  const { code, message } = faultsOfStatuses[status] ?? faultsOfStatuses[400]!;
  const { errors } = body
    ? (JSON.parse(body) as { errors: { message: string; extensions?: object }[] })
    : { errors: [{ message }] };
  return JSON.stringify({
    errors: errors.map((error) => ({ extensions: { code, requestId }, ...error })),
  });
}
