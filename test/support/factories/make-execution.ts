import type { Execution, Prisma, Session } from '../../../prisma/generated/client/client.js';
import type { TestGateway } from '../gateway.js';

/** Creates a queued execution of a session as a row: nothing runs it. */
export function makeExecution(
  { gateway }: Pick<TestGateway, 'gateway'>,
  { session, ...overrides }: { session: Session } & Partial<Prisma.ExecutionUncheckedCreateInput>,
): Promise<Execution> {
  return gateway.services.prisma.execution.create({
    data: { sessionId: session.id, userId: session.userId, code: '1', ...overrides },
  });
}
