import type { Prisma, Worker } from '../../../prisma/generated/client/client.js';
import { demo } from '../../../prisma/seed.js';
import type { TestGateway } from '../gateway.js';

/** Creates a ready worker of a user as a row: nothing runs. By default it is in the demo workspace. */
export async function makeWorker(
  { gateway }: Pick<TestGateway, 'gateway'>,
  overrides: { userId: string } & Partial<Prisma.WorkerUncheckedCreateInput>,
): Promise<Worker> {
  const { prisma } = gateway.services;
  const resourceClass = await prisma.resourceClass.findUniqueOrThrow({ where: { id: 'standard' } });
  return prisma.worker.create({
    data: {
      workspaceId: demo.workspaceId,
      repositoryId: demo.repositoryId,
      branch: 'main',
      backend: 'external',
      status: 'ready',
      kernelProfileId: 'python3',
      kernelName: 'python3',
      resourceClassId: 'standard',
      resourceClass: JSON.parse(JSON.stringify(resourceClass)),
      ...overrides,
    },
  });
}
