import { statusOf } from '../src/error-status.js';
import { DomainError } from '../src/errors.js';

/** The body of every answer that is not a success. */
export interface ErrorBody {
  detail: string;
  code: string;
  request_id: string;
  errors?: { loc: (string | number)[]; msg: string; type: string }[];
}

/** A `not_found` for a path that the server does not have. */
export function noSuchPath(): DomainError {
  return new DomainError('not_found', 'There is no such path; the README lists them all.');
}

/**
 * Turns what was thrown into an answer; only a {@link DomainError} tells its text.
 * @param requestId answered as `request_id`
 */
export function errorResponse(error: unknown, requestId: string): Response {
  const known =
    error instanceof DomainError
      ? error
      : new DomainError('internal', 'Something went wrong here; quote the request_id when you report it.');
  const headers = new Headers({ 'content-type': 'application/json' });
  if (known.code === 'unauthenticated') headers.set('www-authenticate', 'Bearer');
  if (known.retryAfterSeconds !== undefined) headers.set('retry-after', String(known.retryAfterSeconds));
  const body: ErrorBody & Record<string, unknown> = {
    detail: known.message,
    code: known.code,
    request_id: requestId,
    ...(known.fields ? { errors: known.fields } : {}),
    ...known.extra,
  };
  return new Response(JSON.stringify(body), { status: statusOf[known.code], headers });
}
