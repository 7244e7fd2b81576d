import type { WorkerStatus } from '../../prisma/generated/client/client.js';

/** The statuses of workers that run or may still run; the others are terminal. */
export const liveStatuses: readonly WorkerStatus[] = ['starting', 'ready', 'busy', 'stopping'];

/** Whether a worker with this status accepts sessions and cells, now or once it is ready. */
export function isLive(status: WorkerStatus): boolean {
  return status === 'starting' || status === 'ready' || status === 'busy';
}
