import { DomainError } from '../errors.js';
import { hideSecrets } from './hide-secrets.js';
import type { WorkerFailure } from './worker-failure.js';

/**
 * A start failed after the server of the worker had printed something. Clients never see its output with the error, but
 * the log has it.
 */
export class ServerEndedError extends DomainError {
  /** As for `WorkerExit`, and without secrets. */
  readonly output: string;

  constructor(cause: DomainError, output: string) {
    super(cause.code, cause.message, { extra: cause.extra, cause });
    this.output = output;
  }
}

/**
 * An error of a start, with what the server printed, if it did.
 * @param error any
 * @param output without the token of the server, and without what `hideSecrets` removes
 */
export function withOutput(error: unknown, output: string | undefined): unknown {
  return output && error instanceof DomainError ? new ServerEndedError(error, output) : error;
}

/**
 * The error of a start whose server ended although nothing of the start has failed.
 * @param environment the environment variables of its profile: the error has none of their values
 */
export function serverEnded(
  { reason, detail, output }: WorkerFailure,
  environment: Record<string, string>,
): unknown {
  const error = new DomainError('runtime_unavailable', detail, { extra: { reason } });
  return withOutput(error, output && hideSecrets(output, Object.values(environment)));
}
