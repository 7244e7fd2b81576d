import { type ErrorStatus, statusOf } from './error-status.js';
import { DomainError, type ErrorCode, FieldError, type FieldFault } from './errors.js';

/** What a client may see of a failure. Each transport converts it to its own response format. */
export interface Refusal {
  code: ErrorCode;
  status: ErrorStatus;
  /** One sentence without secrets that says what to do next. */
  message: string;
  /** The faults of single fields; undefined when the failure is not about fields. */
  faults: readonly FieldFault[] | undefined;
  /** More members for the response, in camelCase. */
  extra: Record<string, unknown>;
  /** Response headers: those of the error, a challenge (`www-authenticate`) for a 401, and `retry-after`. */
  headers: Record<string, string>;
}

/**
 * Converts a thrown value to what the client may see: a {@link DomainError} unchanged, anything else as `internal`, without
 * details. The caller logs the details.
 * @example const { status, message, headers } = refusalOf(error);
 */
export function refusalOf(thrown: unknown): Refusal {
  const error =
    thrown instanceof DomainError
      ? thrown
      : new DomainError(
          'internal',
          'The server failed to answer this request; when you report it, give the request id.',
        );
  const headers: Record<string, string> = { ...error.headers };
  if (error.code === 'unauthenticated') headers['www-authenticate'] ??= 'Bearer';
  if (error.retryAfterSeconds !== undefined) headers['retry-after'] = String(error.retryAfterSeconds);
  return {
    code: error.code,
    status: statusOf[error.code],
    message: error.message,
    faults: error instanceof FieldError ? error.faults : undefined,
    extra: error.extra ?? {},
    headers,
  };
}
