import { DomainError } from '../../errors.js';

/** The error for a Jupyter server or kernel that does not answer or fails. @param message one safe sentence, with advice */
export function runtimeUnavailable(message: string, cause?: unknown): DomainError {
  return new DomainError('runtime_unavailable', message, { cause });
}
