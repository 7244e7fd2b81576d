import { DomainError } from '../../../errors.js';

/** Why a start failed whose container has ended before its server answered. @param isOutOfMemory undefined: not known */
export function endedAtStart(isOutOfMemory: boolean | undefined): DomainError {
  return isOutOfMemory
    ? new DomainError(
        'runtime_unavailable',
        'The memory of the resource class is too small for a Jupyter server; choose a larger class.',
        { extra: { reason: 'out_of_memory' } },
      )
    : new DomainError(
        'runtime_unavailable',
        'The container ended while it started; check that its image is made for workers.',
        { extra: { reason: 'start_failed' } },
      );
}
