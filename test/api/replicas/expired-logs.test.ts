import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Session } from '../../../prisma/generated/client/client.js';
import { insertEnd, insertEntries } from '../../../src/executions/write-log.js';
import { makeExecution } from '../../support/factories/make-execution.js';
import { makeRuntime } from '../../support/factories/make-runtime.js';
import { makeUser } from '../../support/factories/make-user.js';
import { openReplicas, type Replicas } from './replica-fixture.js';

const onServer = process.env.TEST_DB === 'postgres';
const dayMs = 24 * 60 * 60_000;
/** Behind the end of all that is kept for 7 days, and for twice as many. */
const longAgo = () => new Date(Date.now() - 15 * dayMs);

describe.runIf(onServer)('the log of a run that ended long ago', () => {
  let both: Replicas;
  let session: Session;
  beforeAll(async () => {
    both = await openReplicas({ expiryCheckMs: 50 });
    const { id: userId } = await makeUser(both.owner);
    ({ session } = await makeRuntime(both.owner, { userId }));
  });
  afterAll(() => both.close());

  /** A run with a log of three events. */
  async function endedRun(finishedAt: Date): Promise<string> {
    const { prisma } = both.owner.gateway.services;
    const { id } = await makeExecution(both.owner, { session });
    const { runtimeEpoch } = await prisma.installation.findFirstOrThrow();
    const target = { prisma, epoch: () => runtimeEpoch };
    await insertEntries(target, id, [
      { sequence: 2, event: { type: 'stream', name: 'stdout', text: 'one\n' } },
      { sequence: 3, event: { type: 'status', execution_state: 'idle' } },
    ]);
    const event = {
      type: 'failure',
      detail: 'Gone.',
      status_code: 503,
      code: 'kernel_died',
      retryable: false,
    } as const;
    await insertEnd(target, id, { sequence: 4, event }, { status: 'failed', finishedAt });
    return id;
  }
  const countOf = async (id: string) => {
    const { prisma } = both.owner.gateway.services;
    const where = { executionId: id };
    return [await prisma.execution.count({ where: { id } }), await prisma.executionEvent.count({ where })];
  };

  it.each(['owner', 'other'] as const)(
    'stays whole while it is read at the %s of two gateways',
    async (name) => {
      const [here, there] = name === 'owner' ? [both.owner, both.other] : [both.other, both.owner];
      const { bus, prisma } = there.gateway.services;
      const id = await endedRun(new Date());
      const heard = new Promise((resolve) => bus.subscribe('logReaders', id, resolve));
      const reading = here.gateway.services.executionLog.follow(id, 0);
      await reading.next();
      // The other gateway hears of a reader after a second.
      await heard;
      await prisma.execution.update({ where: { id }, data: { finishedAt: longAgo() } });
      // Twice, so that each gateway has looked.
      for (let round = 0; round < 2; round++) {
        const beside = await endedRun(longAgo());
        await expect.poll(() => countOf(beside)).toEqual([0, 0]);
      }
      expect(await countOf(id)).toEqual([1, 3]);
      await reading.return?.();
      await expect.poll(() => countOf(id)).toEqual([0, 0]);
    },
  );
});
