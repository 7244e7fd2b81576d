import { DomainError } from '../../errors.js';
import { FormerOwnerError } from './former-owner-error.js';

/**
 * The answer to a request of which nothing was done, because another gateway has taken over the kernels.
 * @param what was not done, e.g. `the cell was not queued`
 */
export function takenOver(what: string, cause: FormerOwnerError): DomainError {
  const message = `Another gateway has just taken over the kernels, and ${what}; try again.`;
  return new DomainError('runtime_unavailable', message, { retryAfterSeconds: 1, cause });
}

/** Whether a failure is a {@link FormerOwnerError}, or the answer that {@link takenOver} makes of one. */
export function isTakenOver(error: unknown): boolean {
  if (error instanceof FormerOwnerError) return true;
  return error instanceof DomainError && error.cause instanceof FormerOwnerError;
}
