import type { PrismaClient } from '../../prisma/generated/client/client.js';
import type { WorkerBackend } from './backend.js';
import { backendOf } from './backend-of.js';
import type { WorkerServer } from './live-worker.js';

/** The server of a worker that this process has not adopted; undefined when there is no such worker, or no backend for it. */
export async function findServer(
  { prisma, backends }: { prisma: PrismaClient; backends: WorkerBackend[] },
  workerId: string,
): Promise<WorkerServer | undefined> {
  const select = { backend: true, jupyterServerId: true };
  const row = await prisma.worker.findUnique({ where: { id: workerId }, select });
  const backend = row && backendOf(row, backends);
  return backend ? { backend } : undefined;
}
