import { DomainError } from '../../../errors.js';

/**
 * The error for a `requirements.txt` that cannot be installed.
 * @param why the rest of the sentence, without host paths and secrets
 */
export function environmentFailed(why: string, cause?: unknown): DomainError {
  return new DomainError(
    'runtime_unavailable',
    `The file requirements.txt could not be installed: ${why}. Change it and start a new worker.`,
    { cause, extra: { reason: 'environment_failed' } },
  );
}
