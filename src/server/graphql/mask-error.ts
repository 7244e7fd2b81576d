import { type ExecutionResult, GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { withDatabaseErrors } from '../../engines/database/database-errors.js';
import { DomainError, type ErrorCode, isErrorCode } from '../../errors.js';
import { refusalOf } from '../../refusal.js';
import { unknownOperation } from './documents/unknown-operation.js';

const maxMessage = 1_000;
/** Each has its path with all aliases, and a document with many rows may have one for each value. */
const maxErrors = 100;

/** What Yoga calls an operation that it does not find in the document. */
const noSuchOperation = 'OPERATION_RESOLUTION_FAILURE';

/** What Yoga calls the other faults of a request and its document. */
const requestFaults: ReadonlySet<unknown> = new Set([
  'BAD_REQUEST',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
]);

/**
 * What a GraphQL client may see of an error: its message and, as `extensions`, `code`, `requestId`, the faults of fields as
 * `errors`, and further members such as `currentSha`. A fault of the request or of the document has a code of the same
 * closed list; anything else is masked as `internal` and logged. An error that was masked before stays as it is.
 */
export function maskError(error: unknown, log: Logger, requestId?: string): GraphQLError {
  const outer = error instanceof GraphQLError ? error : undefined;
  const cause = withDatabaseErrors(outer ? outer.originalError : error);
  if (outer && !cause && 'requestId' in outer.extensions) return outer;
  const { nodes, source, positions, path } = outer ?? {};
  const request = cause instanceof DomainError ? undefined : requestFault(outer, cause);
  const known = request ?? cause;
  if (!(known instanceof DomainError)) log.error({ err: cause ?? error, requestId }, 'a resolver failed');
  const { code, message, faults, extra } = refusalOf(known);
  const extensions = { code, requestId, ...(faults ? { errors: faults } : {}), ...extra };
  return new GraphQLError(message, { nodes, source, positions, path, extensions });
}

/** A fault of the request itself, with a code of ours; undefined where nobody knows what it is. */
function requestFault(outer: GraphQLError | undefined, cause: unknown): DomainError | undefined {
  if (!outer || (cause && !(cause instanceof GraphQLError))) return undefined;
  if (outer.extensions.code === noSuchOperation) return unknownOperation();
  const code = faultCode(outer);
  return code && new DomainError(code, shortened(outer.message));
}

/** GraphQL repeats values of the request in its messages, of which each may have megabytes. */
function shortened(message: string): string {
  return message.length > maxMessage ? `${message.slice(0, maxMessage)}…` : message;
}

function faultCode({ extensions: { code = 'BAD_REQUEST', http } }: GraphQLError): ErrorCode | undefined {
  if (isErrorCode(code)) return code;
  if (!requestFaults.has(code)) return undefined;
  const { status } = (http ?? {}) as { status?: number };
  return status === 405 ? 'method_not_allowed' : 'invalid_request';
}

/** A result whose errors, the first 100 of them, are masked with the request's id; see {@link maskError}. */
export function maskResult(result: ExecutionResult, log: Logger, requestId: string): ExecutionResult {
  return result.errors
    ? {
        ...result,
        errors: result.errors.slice(0, maxErrors).map((error) => maskError(error, log, requestId)),
      }
    : result;
}
