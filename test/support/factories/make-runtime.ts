import type { Execution, Prisma, Session, Worker } from '../../../prisma/generated/client/client.js';
import type { TestGateway } from '../gateway.js';
import { makeExecution } from './make-execution.js';
import { makeSession } from './make-session.js';
import { makeWorker } from './make-worker.js';

/** A worker with one session and one execution. */
export interface TestRuntime {
  worker: Worker;
  session: Session;
  execution: Execution;
}

/** Creates a {@link TestRuntime} as rows; the overrides are those of the worker. */
export async function makeRuntime(
  at: Pick<TestGateway, 'gateway'>,
  overrides: { userId: string } & Partial<Prisma.WorkerUncheckedCreateInput>,
): Promise<TestRuntime> {
  const worker = await makeWorker(at, overrides);
  const session = await makeSession(at, { worker });
  return { worker, session, execution: await makeExecution(at, { session }) };
}
