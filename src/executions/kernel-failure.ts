import { KernelLostError } from '../engines/kernels/kernel-lost-error.js';
import { DomainError } from '../errors.js';
import type { SessionKernels } from '../sessions/session-kernels.js';
import { gatewayRestarted } from './end-without-run.js';

/**
 * What clients get to know of a run that lost its kernel.
 * @param error what the run rejected with
 * @param workerId of the kernel, as far as it is known
 */
export async function kernelFailure(
  error: unknown,
  kernels: Pick<SessionKernels, 'diedOfMemory'>,
  workerId: string | undefined,
): Promise<DomainError> {
  const reason = error instanceof KernelLostError ? error.reason : undefined;
  if (reason === 'released') return gatewayRestarted();
  if (reason === 'connection_lost')
    return new DomainError(
      'worker_lost',
      'The worker stopped answering; start a new one and run the cell again.',
    );
  if (reason === 'kernel_died' && (await kernels.diedOfMemory(workerId)))
    return new DomainError('kernel_died', 'The kernel stopped: out of memory.');
  return new DomainError(
    'kernel_died',
    'The kernel stopped while it ran this cell; restart the session and run it again.',
  );
}
