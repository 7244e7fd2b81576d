import pino from 'pino';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { PrismaClient, Session } from '../../../prisma/generated/client/client.js';
import { ExecutionLog } from '../../../src/executions/execution-log.js';
import { resumeExecutions } from '../../../src/executions/resume-executions.js';
import type { EarlierWork } from '../../../src/executions/session-queue.js';
import { makeExecution } from '../../support/factories/make-execution.js';
import { makeFilledSpace } from '../../support/factories/make-filled-space.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';

let at: TestGateway;
let prisma: PrismaClient;
let session: Session;
beforeAll(async () => {
  at = await openTestGateway();
  prisma = at.gateway.services.prisma;
  const { ids } = await makeFilledSpace(at);
  session = await prisma.session.update({
    where: { id: ids.session_id },
    data: { spoolId: 'a', status: 'idle' },
  });
});
beforeEach(() => prisma.execution.deleteMany({ where: { sessionId: session.id } }));
afterAll(() => at.close());

/** Resumes as a new owner does. @returns the work of the session that it would go on with */
async function resume(): Promise<EarlierWork | undefined> {
  const { bus, epoch } = at.gateway.services;
  const log = pino({ level: 'silent' });
  const executionLog = new ExecutionLog({ prisma, bus, log, epoch });
  const resumed: EarlierWork[] = [];
  const executor = { resume: (work: EarlierWork) => resumed.push(work) };
  await resumeExecutions({ prisma, executionLog, log, executor: executor as never });
  return resumed.find(({ sessionId }) => sessionId === session.id);
}

it.each([
  ['that ended as aborted already', { status: 'aborted' }],
  ['that was cancelled in the queue', { status: 'cancelled' }],
] as const)('aborts what is queued behind a cell that failed and one %s', async (_, { status }) => {
  const now = Date.now();
  const ended = { finishedAt: new Date(now + 60_000) };
  await makeExecution(at, { session, status: 'error', startedAt: new Date(now), ...ended });
  await makeExecution(at, { session, status, ...ended });
  const { id } = await makeExecution(at, { session });
  expect(await resume()).toBeUndefined();
  expect(await prisma.execution.findUnique({ where: { id } })).toMatchObject({ status: 'aborted' });
});

it.each([
  ['aborts', 'its kernel was restarted', null],
  ['resumes', 'its kernel replied', 3],
] as const)('%s what is queued behind a cell that timed out, where %s', async (what, _, executionCount) => {
  const now = Date.now();
  const times = { startedAt: new Date(now), timedOutAt: new Date(now), finishedAt: new Date(now + 60_000) };
  await makeExecution(at, { session, status: 'timed_out', executionCount, ...times });
  const { id } = await makeExecution(at, { session });
  const work = await resume();
  const { status } = await prisma.execution.findUniqueOrThrow({ where: { id } });
  expect([work?.first.id, status]).toEqual(what === 'aborts' ? [undefined, 'aborted'] : [id, 'queued']);
});

it('resumes the one that has begun, also where the row of another one came before', async () => {
  const queued = await makeExecution(at, { session, startedAt: null });
  const begun = (ms: number) => ({ session, status: 'running', startedAt: new Date(ms) }) as const;
  const former = await makeExecution(at, begun(Date.now() - 1_000));
  const current = await makeExecution(at, begun(Date.now()));
  const work = await resume();
  expect(work?.first.id).toBe(current.id);
  expect(work?.queued.map(({ id }) => id)).toEqual([queued.id]);
  expect(await prisma.execution.findUnique({ where: { id: former.id } })).toMatchObject({ status: 'failed' });
});
