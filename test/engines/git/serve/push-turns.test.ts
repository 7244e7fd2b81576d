import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { BranchQueue } from '../../../../src/engines/git/commits/branch-queue.js';
import { PushTurns } from '../../../../src/engines/git/serve/push-turns.js';

const pusher = { userId: 'ada', repositoryId: 'r' };
const setUp = () => {
  const queue = new BranchQueue();
  return { queue, turns: new PushTurns(queue) };
};
const timed = async (act: () => Promise<unknown>) => {
  const from = performance.now();
  await act();
  return performance.now() - from;
};

it('a turn is opened by the fetch after a push that came too late, and lets only its user through', async () => {
  const { queue, turns } = setUp();
  turns.afterFetch(pusher, [{ name: 'main', oid: 'a' }]);
  await turns.beforeFetch(pusher);
  expect(await timed(() => queue.run('r:main', async () => {}))).toBeLessThan(1_400);

  turns.beforePush(pusher, [{ name: 'main', oid: 'b' }]);
  await turns.beforeFetch(pusher);
  const order: string[] = [];
  const save = queue.run('r:main', async () => order.push('save'));
  const other = turns.run({ ...pusher, userId: 'bob' }, 'main', async () => order.push('other'));
  await sleep(50);
  await turns.run(pusher, 'main', async () => order.push('push'));
  turns.afterPush(pusher);
  await Promise.all([save, other]);
  expect(order).toEqual(['push', 'save', 'other']);
});

it('a turn that nobody uses ends after two seconds, and does not come again at once', async () => {
  const { queue, turns } = setUp();
  const save = () => timed(() => queue.run('r:main', async () => {}));
  turns.miss(pusher, ['main']);
  await turns.beforeFetch(pusher);
  const waited = await save();
  expect(waited).toBeGreaterThan(1_500);
  expect(waited).toBeLessThan(4_000);
  for (const userId of ['ada', 'bob']) {
    turns.miss({ ...pusher, userId }, ['main']);
    await turns.beforeFetch({ ...pusher, userId });
    expect(await save()).toBeLessThan(1_400);
  }
});

it('a push that has begun and never ends holds saves for two seconds more, once', async () => {
  const { queue, turns } = setUp();
  turns.miss(pusher, ['main']);
  await turns.beforeFetch(pusher);
  const waited = timed(() => queue.run('r:main', async () => {}));
  for (let n = 0; n < 8; n++) {
    await sleep(500);
    turns.beforePush(pusher, []);
  }
  expect(await waited).toBeLessThan(5_000);
});

it('remembers what was fetched up to a bound on its bytes, not only on its number', async () => {
  const { queue, turns } = setUp();
  const save = () => timed(() => queue.run('r:main', async () => {}));
  const tips = Array.from({ length: 5_000 }, (_, n) => ({ name: `${n}-${'x'.repeat(150)}`, oid: 'a' }));
  turns.afterFetch(pusher, [{ name: 'main', oid: 'a' }]);
  for (let n = 0; n < 40; n++) turns.afterFetch({ userId: `${n}`, repositoryId: 'large' }, tips);
  turns.beforePush(pusher, [{ name: 'main', oid: 'b' }]);
  await turns.beforeFetch(pusher);
  expect(await save()).toBeLessThan(500);
});
