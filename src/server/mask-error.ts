import { type ExecutionResult, GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { withDatabaseErrors } from '../database/database-errors.js';
import { DomainError } from '../errors.js';

const httpStatus: Partial<Record<DomainError['code'], number>> = { unauthenticated: 401 };

/**
 * What a GraphQL client may see of an error: a {@link DomainError} with its code and its faults as `extensions`, a
 * fault of the document itself as it is, and anything else as the masked code `internal`, which is logged. What was
 * masked already stays as it is.
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
  if (outer && (!cause || cause instanceof GraphQLError)) {
    return outer.extensions.code
      ? outer
      : new GraphQLError(outer.message, {
          ...where,
          extensions: { ...outer.extensions, code: 'invalid_request', request_id: requestId },
        });
  }
  log.error({ err: cause, requestId }, 'a resolver failed');
  return new GraphQLError('Something went wrong here; quote the request_id when you report it.', {
    ...where,
    extensions: { code: 'internal', request_id: requestId },
  });
}

/** A result whose errors are masked with the request's id; see {@link maskError}. */
export function maskResult(result: ExecutionResult, log: Logger, requestId: string): ExecutionResult {
  return result.errors
    ? { ...result, errors: result.errors.map((error) => maskError(error, log, requestId)) }
    : result;
}
