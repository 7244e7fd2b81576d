import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeUser } from '../../support/factories/make-user.js';
import type { TestGateway } from '../../support/gateway.js';
import { openWaitingGateway, postRun } from './waiting-gateway.js';

let at: TestGateway;
beforeAll(async () => {
  at = await openWaitingGateway();
});
afterAll(() => at.close());

async function begin(token?: string, body: object = {}): Promise<string> {
  const answer = await postRun(at, body, token);
  expect(answer.status).toBe(201);
  return answer.body.id;
}
const statusOf = async (id: string) => (await at.rest('GET', `/runs/${id}`)).body.status;
const cancel = async (id: string) => {
  expect((await at.rest('POST', `/runs/${id}/cancel`)).status).toBe(200);
  await expect.poll(() => statusOf(id)).toBe('cancelled');
};

describe('runs that have no end', () => {
  it('leave room for those of other users: a user has four at the same time', async () => {
    const [one, other] = [await makeUser(at, { role: 'editor' }), await makeUser(at, { role: 'editor' })];
    const ids = await Promise.all(Array.from({ length: 17 }, () => begin(one.token)));
    const of = async (status: string) => {
      const rows = await at.gateway.services.prisma.notebookRun.findMany({ where: { id: { in: ids } } });
      return rows.filter((row) => row.status === status).map(({ id }) => id);
    };
    const single = await begin(other.token);
    await expect.poll(() => statusOf(single)).toBe('running');
    await expect.poll(() => of('running')).toHaveLength(4);

    const [waiting] = await of('queued');
    await cancel(waiting!);
    expect([(await of('running')).length, (await of('queued')).length]).toEqual([4, 12]);
    const [first] = await of('running');
    await cancel(first!);
    await expect.poll(() => of('queued')).toHaveLength(11);
    expect(await of('running')).toHaveLength(4);
  });

  it('end while their session starts, when they are cancelled and when their time has passed', async () => {
    const id = await begin();
    const late = await begin(undefined, { timeout_seconds: 3, save_to: { path: 'late.ipynb' } });
    await expect.poll(() => at.gateway.services.prisma.worker.count()).toBeGreaterThan(0);
    await expect.poll(() => statusOf(id)).toBe('running');
    await cancel(id);
    await expect.poll(() => statusOf(late)).toBe('timed_out');
  });
});
