import { DomainError } from '../errors.js';

/** The error of requests about a worker that does not answer now, but may do so again. */
export function notAnswering(): DomainError {
  return new DomainError(
    'runtime_unavailable',
    'What runs this worker does not answer at the moment; try again in a few seconds.',
    { retryAfterSeconds: 5 },
  );
}
