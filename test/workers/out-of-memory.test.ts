import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { OutOfMemory } from '../../src/workers/out-of-memory.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

it('explains the deaths of the kernels of that worker for 10 s', async () => {
  const outOfMemory = new OutOfMemory();
  outOfMemory.happened('one');
  vi.advanceTimersByTime(10_000);
  expect(await outOfMemory.explains('one')).toBe(true);
  expect(await outOfMemory.explains('two')).toBe(false);
  vi.advanceTimersByTime(1);
  expect(await outOfMemory.explains('one')).toBe(false);
});

it('explains immediately a death that it follows within a second', async () => {
  const outOfMemory = new OutOfMemory();
  const begun = performance.now();
  const answers = Promise.all([outOfMemory.explains('one'), outOfMemory.explains('one')]);
  setTimeout(() => outOfMemory.happened('one'), 200);
  expect(await answers).toEqual([true, true]);
  expect(performance.now() - begun).toBeLessThan(900);
});
