import { DomainError } from '../../errors.js';

const temporaryCodes = new Set(['kernel_busy', 'overloaded', 'runtime_unavailable', 'gateway_restarted']);

/** Whether an error says that the comms of a kernel cannot be read now, and perhaps later: it, or its gateway, is busy or away. */
export function isTemporary(error: unknown): boolean {
  return error instanceof DomainError && temporaryCodes.has(error.code);
}
