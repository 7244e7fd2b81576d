import { type ExecutionResult, GraphQLError, type Source } from 'graphql';
import { withDatabaseErrors } from '../engines/database/database-errors.js';
import { parseJson, stringifyJson } from '../engines/nbformat/json.js';
import { DomainError, type ErrorCode, FieldError, type FieldFault } from '../errors.js';
import type { RememberedExecution } from '../executions/read-execution.js';

/** The result of a forwarded operation. */
export interface ForwardedResult extends ExecutionResult {
  /** What `rememberExecution` noted at the owner: the request reads their logs at the gateway that forwarded it. */
  executions?: readonly RememberedExecution[];
}

/** An error of a result as the owner writes it. */
interface WrittenError {
  message: string;
  path?: readonly (string | number)[];
  positions?: readonly number[];
  /** What the resolver threw, if clients may see it. */
  domain?: Pick<DomainError, 'code' | 'message' | 'extra' | 'retryAfterSeconds' | 'headers'> & {
    faults?: readonly [FieldFault, ...FieldFault[]];
  };
  /** Whether the resolver failed in another way, of which nothing is written. */
  isInternal?: boolean;
}

/**
 * Writes the result of an operation as the text of its row.
 * @param onInternal gets the errors that clients may not see; they stay in this process
 */
export function encodeAnswer(
  { data, errors, executions = [] }: ForwardedResult,
  onInternal: (error: unknown) => void,
): string {
  return stringifyJson({
    data,
    ...(errors && { errors: errors.map((one) => writtenError(one, onInternal)) }),
    // Without their rows, which the database has.
    ...(executions.length > 0 && { executions: executions.map(({ id, isNew }) => ({ id, isNew })) }),
  });
}

/**
 * Reads what {@link encodeAnswer} wrote. Its errors have the same classes and members as if the operation was executed here.
 * @param source of the document, to which the positions of errors belong
 */
export function decodeAnswer(text: string, source: Source | undefined): ForwardedResult {
  const { errors, ...rest } = parseJson(text) as Omit<ForwardedResult, 'errors'> & {
    errors?: WrittenError[];
  };
  return { ...rest, ...(errors && { errors: errors.map((one) => readError(one, source)) }) };
}

function writtenError(error: GraphQLError, onInternal: (error: unknown) => void): WrittenError {
  const { message, path, positions, originalError } = error;
  const where = { path, positions };
  const cause = withDatabaseErrors(originalError);
  if (cause instanceof DomainError) {
    const { code, extra, retryAfterSeconds, headers } = cause;
    const faults = cause instanceof FieldError ? cause.faults : undefined;
    return {
      ...{ ...where, message },
      domain: { code, message: cause.message, extra, retryAfterSeconds, headers, faults },
    };
  }
  if (!cause || cause instanceof GraphQLError) return { ...where, message };
  onInternal(cause);
  return { ...where, message: 'A resolver failed.', isInternal: true };
}

function readError(
  { message, path, positions, domain, isInternal }: WrittenError,
  source: Source | undefined,
): GraphQLError {
  const originalError = domain
    ? readDomainError(domain)
    : isInternal
      ? new Error('The gateway that runs the kernels failed to execute this; its log has the error.')
      : undefined;
  return new GraphQLError(message, { path, source, positions: source && positions, originalError });
}

function readDomainError({ code, message, faults, ...options }: NonNullable<WrittenError['domain']>) {
  const known = code as ErrorCode;
  return faults ? new FieldError(known, faults, options) : new DomainError(known, message, options);
}
