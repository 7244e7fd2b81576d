import type { PrismaClient, WorkerStatus } from '../../prisma/generated/client/client.js';
import { demo } from '../../prisma/seed.js';

/** Makes a worker and a session in a workspace of the demo space as rows: nothing runs. */
export async function createRuntimeRows(
  prisma: PrismaClient,
  { status, ...of }: { workspaceId: string; userId: string; status: WorkerStatus },
) {
  const kernel = { ...of, branch: 'main', kernelProfileId: 'python3', kernelName: 'python3' };
  const worker = await prisma.worker.create({
    data: {
      ...kernel,
      repositoryId: demo.repositoryId,
      backend: 'external',
      status,
      resourceClassId: 'standard',
      resourceClass: {},
    },
  });
  const session = await prisma.session.create({
    data: { ...kernel, workerId: worker.id, status: status === 'stopped' ? 'dead' : 'idle' },
  });
  return { worker, session };
}
