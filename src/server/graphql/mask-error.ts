import { type ExecutionResult, GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { withDatabaseErrors } from '../../engines/database/database-errors.js';
import { DomainError, type ErrorCode, isErrorCode } from '../../errors.js';

const httpStatus: Partial<Record<ErrorCode, number>> = { unauthenticated: 401 };

/** What Yoga calls the faults of a request and its document. */
const requestFaults: ReadonlySet<unknown> = new Set([
  'BAD_REQUEST',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
]);

/**
 * What a GraphQL client may see of an error: a {@link DomainError} with its code and its faults as `extensions`, a
 * fault of the request or the document with a code of the same closed list, and anything else as the masked code
 * `internal`, which is logged. What was masked already stays as it is.
 */
export function maskError(error: unknown, log: Logger, requestId?: string): GraphQLError {
  const outer = error instanceof GraphQLError ? error : undefined;
  const cause = withDatabaseErrors(outer ? outer.originalError : error);
  const where = {
    nodes: outer?.nodes,
    source: outer?.source,
    positions: outer?.positions,
    path: outer?.path,
  };
  if (cause instanceof DomainError) {
    const status = httpStatus[cause.code];
    return new GraphQLError(cause.message, {
      ...where,
      extensions: {
        code: cause.code,
        request_id: requestId,
        ...(cause.fields ? { errors: cause.fields } : {}),
        ...cause.extra,
        ...(status ? { http: { status } } : {}),
      },
    });
  }
  const code = outer && (!cause || cause instanceof GraphQLError) ? faultCode(outer) : undefined;
  if (outer && code) {
    const { http, request_id = requestId } = outer.extensions;
    return new GraphQLError(outer.message, {
      ...where,
      extensions: { ...(isErrorCode(outer.extensions.code) ? outer.extensions : { code, http }), request_id },
    });
  }
  log.error({ err: cause ?? error, requestId }, 'a resolver failed');
  return new GraphQLError('Something went wrong here; quote the request_id when you report it.', {
    ...where,
    extensions: { code: 'internal', request_id: requestId },
  });
}

/** The code of a fault of the request itself; undefined where nobody knows what it is. */
function faultCode({ extensions: { code = 'BAD_REQUEST', http } }: GraphQLError): ErrorCode | undefined {
  if (isErrorCode(code)) return code;
  if (!requestFaults.has(code)) return undefined;
  const { status } = (http ?? {}) as { status?: number };
  return status === 405 ? 'method_not_allowed' : 'invalid_request';
}

/** A result whose errors are masked with the request's id; see {@link maskError}. */
export function maskResult(result: ExecutionResult, log: Logger, requestId: string): ExecutionResult {
  return result.errors
    ? { ...result, errors: result.errors.map((error) => maskError(error, log, requestId)) }
    : result;
}
