import type { Session } from '../../prisma/generated/client/client.js';

/**
 * Whether a session is going to get a kernel, and has none: nothing that is queued was sent to one. A session that gets another
 * kernel has none once the end of all that the former one ran is written.
 */
export function awaitsKernel({ status, kernelId }: Pick<Session, 'status' | 'kernelId'>): boolean {
  return kernelId === null && (status === 'starting' || status === 'restarting');
}
