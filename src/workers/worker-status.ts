import type { WorkerStatus } from '../../prisma/generated/client/client.js';

/** The statuses of a worker that runs or may still run; the others are terminal. */
export const liveStatuses: readonly WorkerStatus[] = ['starting', 'ready', 'busy', 'stopping'];

/** Whether a worker with this status takes sessions and cells, now or soon. */
export function isLive(status: WorkerStatus): boolean {
  return status === 'starting' || status === 'ready' || status === 'busy';
}
