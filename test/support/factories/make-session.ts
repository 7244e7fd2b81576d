import type { Prisma, Session, Worker } from '../../../prisma/generated/client/client.js';
import type { TestGateway } from '../gateway.js';

/** Creates an idle session of a worker as a row: no kernel runs. A session of a stopped worker is dead. */
export function makeSession(
  { gateway }: Pick<TestGateway, 'gateway'>,
  { worker, ...overrides }: { worker: Worker } & Partial<Prisma.SessionUncheckedCreateInput>,
): Promise<Session> {
  const { workspaceId, userId, branch, kernelProfileId, kernelName } = worker;
  return gateway.services.prisma.session.create({
    data: {
      ...{ workspaceId, userId, branch, kernelProfileId, kernelName },
      workerId: worker.id,
      status: worker.status === 'stopped' ? 'dead' : 'idle',
      ...overrides,
    },
  });
}
