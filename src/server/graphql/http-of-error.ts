import { statusOf } from '../../error-status.js';
import { type ErrorCode, isErrorCode } from '../../errors.js';

/** What Yoga reads as `extensions.http` of an error. */
export interface HttpMember {
  status: number;
  headers?: Record<string, string>;
  /** Whether an answer as `application/json` has 200 in place of the status. */
  spec?: boolean;
}

const badRequest = 400;
const unprocessable = 422;
const partialSuccess = 294;

/**
 * The HTTP status of an answer with an error, as GraphQL over HTTP has it: 294 beside data, 422 for a document that is read
 * and cannot be executed, else the status of the error's code. With `application/json` the answer to a well-formed
 * request has 200, because old clients take another status for that of a proxy.
 * @param fault the code that the error had before it was masked: what Yoga calls it, or ours for a body
 * @param given what the error had already
 * @see https://github.com/graphql/graphql-over-http/blob/main/spec/GraphQLOverHTTP.md#status-codes
 */
export function httpOfError(
  code: ErrorCode,
  { fault, given, hasData }: { fault: unknown; given: HttpMember | undefined; hasData: boolean },
): HttpMember {
  if (hasData) return { status: partialSuccess, spec: true };
  // Not the document is refused, but the method, the body or its parameters.
  if (given && given.status !== badRequest) return given;
  if (fault === 'BAD_REQUEST' || isErrorCode(fault)) return { status: badRequest };
  if (fault === 'GRAPHQL_PARSE_FAILED') return { status: badRequest, spec: true };
  const status = statusOf[code];
  return { status: status === badRequest ? unprocessable : status, spec: true };
}
