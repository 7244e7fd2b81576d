import { expect, it } from 'vitest';
import { DoublingWait } from '../../../src/engines/events/doubling-wait.js';

it('each wait is twice as long as the one before, up to the maximum, and short again after a success', () => {
  const wait = new DoublingWait(200, 1_000);
  expect(wait.isFirst).toBe(true);
  expect([wait.next(), wait.next(), wait.next(), wait.next(), wait.next()]).toEqual([
    200, 400, 800, 1_000, 1_000,
  ]);
  expect(wait.isFirst).toBe(false);
  wait.reset();
  expect(wait.isFirst).toBe(true);
  expect([wait.next(), wait.next()]).toEqual([200, 400]);
});

it('a wait ends without an error when its signal is aborted', async () => {
  const aborter = new AbortController();
  const waiting = new DoublingWait(3_600_000, 3_600_000).wait(aborter.signal);
  aborter.abort(new Error('closed'));
  await waiting;
  await new DoublingWait(3_600_000, 3_600_000).wait(aborter.signal);
});
