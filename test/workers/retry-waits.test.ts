import { expect, test } from 'vitest';
import { RetryWaits } from '../../src/workers/retry-waits.js';

const minute = 60_000;

test('what has failed is due after 1 minute, then after twice as long, and after 1 hour at most', () => {
  let now = 0;
  const waits = new RetryWaits(() => now);
  const lengths: number[] = [];
  for (let round = 0; round < 9; round += 1) {
    expect(waits.isDue('folder')).toBe(true);
    waits.failed('folder');
    const from = now;
    while (!waits.isDue('folder')) now += minute;
    lengths.push((now - from) / minute);
  }
  expect(lengths).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
});

test('another thing is due meanwhile, and after a success the waits begin anew', () => {
  let now = 0;
  const waits = new RetryWaits(() => now);
  for (let round = 0; round < 3; round += 1) waits.failed('folder');
  expect(waits.isDue('folder')).toBe(false);
  expect(waits.isDue('other')).toBe(true);
  waits.succeeded('folder');
  waits.failed('folder');
  now = minute;
  expect(waits.isDue('folder')).toBe(true);
});
