import { type ErrorStatus, statusOf } from './error-status.js';
import { DomainError, type ErrorCode, FieldError, type FieldFault } from './errors.js';

/** What a client may see of a failure, before a transport gives it its own shape. */
export interface Refusal {
  code: ErrorCode;
  status: ErrorStatus;
  /** One safe sentence that says what to do next. */
  message: string;
  /** The faults of single fields, where the failure is about fields. */
  faults: readonly FieldFault[] | undefined;
  /** Further members of the answer, in camelCase. */
  extra: Record<string, unknown>;
  /** Headers that belong to the status; the challenge of a 401 is left to transports that authenticate otherwise. */
  headers: Record<string, string>;
}

/**
 * What clients may see of what was thrown: a {@link DomainError} as it is, anything else as the masked code `internal`.
 * The caller logs what is masked.
 * @example const { status, message, headers } = refusalOf(error);
 */
export function refusalOf(thrown: unknown): Refusal {
  const error =
    thrown instanceof DomainError
      ? thrown
      : new DomainError('internal', 'Something went wrong here; quote the request id when you report it.');
  const headers: Record<string, string> = {};
  if (error.code === 'unauthenticated') headers['www-authenticate'] = 'Bearer';
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
