import { DomainError } from '../src/errors.js';
import { refusalOf } from '../src/refusal.js';

/**
 * The data of the last event of a stream that failed, or that the caller may not follow any more. Nothing is changed, so that a
 * client may resume. Of a run, `retryable` says that its code did not begin, so streams of runs set it to false.
 */
export function brokenStream(error: unknown) {
  const known =
    error instanceof DomainError
      ? error
      : new DomainError('runtime_unavailable', 'The stream broke off; resume it with Last-Event-ID.');
  const { code, status, message: detail } = refusalOf(known);
  return { detail, status_code: status, code, retryable: status === 503 };
}
