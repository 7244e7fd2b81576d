import type { Prisma } from '../../../prisma/generated/client/client.js';
import { liveStatuses } from '../worker-status.js';
import { configuredServer } from './registered-server.js';

/**
 * The number of live workers by the id of their server. Those of the configured server, and those that have a server of
 * their own, count for the configured one: no gateway offers both.
 */
export async function countLiveWorkers(
  db: Pick<Prisma.TransactionClient, 'worker'>,
): Promise<Map<string, number>> {
  const groups = await db.worker.groupBy({
    by: ['jupyterServerId'],
    where: { backend: 'external', status: { in: [...liveStatuses] } },
    _count: true,
  });
  return new Map(groups.map(({ jupyterServerId, _count }) => [jupyterServerId ?? configuredServer, _count]));
}
