import { STATUS_CODES } from 'node:http';
import type { GraphQLError } from 'graphql';
import type { Response } from 'graphql-sse';
import type { ErrorCode } from '../../errors.js';

/** A refusal in the form of graphql-sse. */
export function streamRefusal(status: number, errors: readonly GraphQLError[]): Response {
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  return [JSON.stringify({ errors }), { status, statusText: STATUS_CODES[status]!, headers }];
}

const codesOfStatuses: Partial<Record<number, ErrorCode>> = {
  400: 'invalid_request',
  404: 'not_found',
  405: 'method_not_allowed',
  409: 'already_exists',
};

/**
 * Adds `code` and `requestId` to the errors of graphql-sse, which have none.
 * @param body the body of a refusal by graphql-sse
 */
export function withErrorCodes(body: string, status: number, requestId: string): string {
  const { errors } = JSON.parse(body) as { errors: { message: string; extensions?: object }[] };
  const code = codesOfStatuses[status];
  return JSON.stringify({
    errors: errors.map((error) => ({ extensions: { code, requestId }, ...error })),
  });
}
