import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SharedResults } from '../../../src/engines/events/shared-results.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

it('works once for one object and key within a second', async () => {
  const results = new SharedResults();
  const work = vi.fn(async () => ({}));
  const event = {};
  const [first, second] = await Promise.all([results.get(event, 'a', work), results.get(event, 'a', work)]);
  expect(first).toBe(second);
  expect(work).toHaveBeenCalledTimes(1);
  await results.get(event, 'b', work);
  await results.get({}, 'a', work);
  expect(work).toHaveBeenCalledTimes(3);
  vi.advanceTimersByTime(1_001);
  expect(await results.get(event, 'a', work)).not.toBe(first);
  expect(work).toHaveBeenCalledTimes(4);
});

it('fails for all who share a result that fails', async () => {
  const results = new SharedResults();
  const work = vi.fn(async () => {
    throw new Error('no');
  });
  const event = {};
  const both = await Promise.allSettled([results.get(event, '', work), results.get(event, '', work)]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(work).toHaveBeenCalledTimes(1);
});
