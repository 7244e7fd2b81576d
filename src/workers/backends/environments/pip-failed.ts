import type { DomainError } from '../../../errors.js';
import { hideSecrets } from '../../hide-secrets.js';
import { environmentFailed } from './environment-failed.js';
import { lastPipError } from './last-pip-error.js';

/**
 * The error for a pip that failed, with its last error. Its cause is all that pip printed, for the log. Neither has the
 * values of the environment variables of the worker, which only admins may see.
 * @param output the end of what pip printed
 * @param of.environment the environment variables of the worker
 * @param of.hint added to the reason
 */
export function pipFailed(
  output: string,
  { environment, hint }: { environment: Record<string, string>; hint: string },
): DomainError {
  const safe = hideSecrets(output, Object.values(environment));
  return environmentFailed(`${lastPipError(safe)}${hint}`, new Error(safe));
}
