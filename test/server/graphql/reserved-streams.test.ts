import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { ByteBudget } from '../../../src/engines/events/byte-budget.js';
import { ReservedStreams } from '../../../src/server/graphql/reserved-streams.js';

it('forgets a stream that nobody opens, and keeps one that is open', async () => {
  const expired: string[] = [];
  const streams = new ReservedStreams(
    new ByteBudget('results'),
    async (token) => void expired.push(token),
    20,
  );
  const [idle, open] = [streams.reserve('someone'), streams.reserve('someone')];
  streams.opened(open);
  await expect.poll(() => streams.get(idle)).toBeUndefined();
  await sleep(30);
  expect([expired, streams.get(open)?.userId]).toEqual([[idle], 'someone']);
  streams.release(open);
  expect(streams.get(open)).toBeUndefined();
});
