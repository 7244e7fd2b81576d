import { expect, it } from 'vitest';
import { ChangeQueue } from '../../../src/engines/events/change-queue.js';

it('keeps only the newest change for each key, in the order of the first changes', async () => {
  const queue = new ChangeQueue<string>();
  for (let count = 0; count < 10_000; count++) queue.push(`key ${count % 3}`, `change ${count}`);
  expect(queue.size).toBe(3);
  expect([await queue.take(), await queue.take(), await queue.take()]).toEqual([
    'change 9999',
    'change 9997',
    'change 9998',
  ]);
  expect(queue.size).toBe(0);
});

it('never holds more than 256 keys, and rejects with rate_limited after more', async () => {
  const queue = new ChangeQueue<number>();
  for (let count = 0; count < 256; count++) queue.push(`${count}`, count);
  expect(queue.size).toBe(256);
  queue.push('0', 1);
  expect(await queue.take()).toBe(1);
  queue.push('256', 256);
  let maxSize = 0;
  for (let count = 1000; count < 100_000; count++) {
    queue.push(`${count}`, count);
    maxSize = Math.max(maxSize, queue.size);
  }
  expect(maxSize).toBeLessThanOrEqual(256);
  await expect(queue.take()).rejects.toMatchObject({ code: 'rate_limited' });
});

it('resolves a pending take for a change and for the end', async () => {
  const queue = new ChangeQueue<string>();
  const first = queue.take();
  queue.push('a', 'change');
  expect(await first).toBe('change');
  const second = queue.take();
  queue.close();
  expect(await second).toBeUndefined();
  queue.push('a', 'too late');
  expect(queue.size).toBe(0);
});
