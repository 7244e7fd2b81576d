import { DomainError } from '../../../errors.js';

/** A request that the Docker engine did not answer, or refused. The engine's own text is in `cause` only. */
export class EngineError extends DomainError {
  /** The HTTP status of the refusal; undefined when there was no answer. */
  readonly status: number | undefined;

  /** @param cause what the client of the engine threw */
  constructor(cause: unknown) {
    const { statusCode } = cause as { statusCode?: number };
    super('runtime_unavailable', sentenceOf(cause), { cause, retryAfterSeconds: 5 });
    this.status = statusCode;
  }

  /** Whether the engine's own text has these words. */
  says(words: string): boolean {
    return textOf(this.cause).includes(words);
  }
}

function textOf(cause: unknown): string {
  return (cause as { json?: { message?: string } }).json?.message ?? '';
}

function sentenceOf(cause: unknown): string {
  if ((cause as { statusCode?: number }).statusCode === undefined)
    return 'The Docker engine does not answer; try again when it runs.';
  if (textOf(cause).includes('no space left on device'))
    return 'The disk of the Docker engine is full; free space on it, and try again.';
  return 'The Docker engine refused a request; see the log of the gateway.';
}

/** Whether an error is a refusal of the engine with one of these HTTP statuses. */
export function hasStatus(error: unknown, ...statuses: number[]): boolean {
  return error instanceof EngineError && error.status !== undefined && statuses.includes(error.status);
}
