import type { PrismaClient, Worker } from '../../prisma/generated/client/client.js';
import type { WorkerBackend } from './backend.js';
import type { WorkerServer } from './live-worker.js';
import type { WorkerFailure, WorkerShutdown } from './worker-shutdown.js';
import { liveStatuses } from './worker-status.js';

const lost: WorkerFailure = {
  reason: 'lost',
  detail: 'The worker ended while the gateway was not running; start a new one.',
};

/**
 * Brings rows and servers into step at the start of the gateway. Ready workers whose server still runs are adopted;
 * other live rows end, and so do servers that no live row claims.
 * @param deps.adopt makes a worker with its running server a live one of this process
 */
export async function adoptWorkers(deps: {
  prisma: PrismaClient;
  backends: WorkerBackend[];
  shutdown: WorkerShutdown;
  adopt(worker: Worker, server: WorkerServer): Promise<void>;
}): Promise<void> {
  const { prisma, backends, shutdown, adopt } = deps;
  const workers = await prisma.worker.findMany({ where: { status: { in: [...liveStatuses] } } });
  const servers = await runningServers(backends);
  for (const worker of workers) {
    const server = servers.get(worker.id);
    servers.delete(worker.id);
    if (server?.endpoint && (worker.status === 'ready' || worker.status === 'busy'))
      await adopt(worker, server);
    else if (worker.status === 'stopping') await shutdown.stop(worker.id, 'requested', server);
    else await shutdown.fail(worker.id, lost, server);
  }
  for (const [workerId, { backend }] of servers) await shutdown.discard(workerId, backend);
}

async function runningServers(backends: WorkerBackend[]): Promise<Map<string, WorkerServer>> {
  const servers = new Map<string, WorkerServer>();
  for (const backend of backends) {
    for (const [workerId, endpoint] of await backend.running()) servers.set(workerId, { backend, endpoint });
  }
  return servers;
}
