import type { WorkerServices } from './worker-services.js';
import { liveStatuses } from './worker-status.js';

/** Stops all live workers of a workspace; resolves when their rows are terminal. */
export async function stopWorkspaceWorkers(
  { prisma, workers }: Pick<WorkerServices, 'prisma' | 'workers'>,
  workspaceId: string,
  statusReason: string,
  userId: string,
): Promise<void> {
  const live = await prisma.worker.findMany({
    where: { workspaceId, status: { in: [...liveStatuses] } },
    select: { id: true },
  });
  await Promise.all(live.map(({ id }) => workers.stop(id, statusReason, userId)));
}
