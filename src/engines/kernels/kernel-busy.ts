import { DomainError } from '../../errors.js';

/** The error of a question to a kernel that cannot answer it beside what it does now. */
export function kernelBusy(cause?: unknown): DomainError {
  return new DomainError('kernel_busy', 'The kernel is busy and does not answer this now; ask again later.', {
    cause,
    retryAfterSeconds: 5,
  });
}
