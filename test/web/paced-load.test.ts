import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PacedLoad } from '../../web/src/space/paced-load.js';

let loads: PacedLoad;
let answers: boolean;
/** The seconds at which it loaded, from the start. */
let times: number[];
beforeEach(() => {
  vi.useFakeTimers();
  const start = Date.now();
  answers = true;
  times = [];
  loads = new PacedLoad(async () => {
    times.push(Math.round((Date.now() - start) / 100) / 10);
    return answers;
  });
});
afterEach(() => {
  vi.useRealTimers();
});

it('many changes are one load, and the next one is two seconds later', async () => {
  for (let at = 0; at < 3_000; at += 50) {
    loads.soon();
    await vi.advanceTimersByTimeAsync(50);
  }
  expect(times).toEqual([0.1, 2.1]);
});

it('what fails is tried again ever later, at most every half minute, and as before once it worked', async () => {
  answers = false;
  loads.soon();
  await vi.advanceTimersByTimeAsync(100_000);
  expect(times).toEqual([0.1, 4.1, 12.1, 28.1, 58.1, 88.1]);
  answers = true;
  await vi.advanceTimersByTimeAsync(30_000);
  loads.soon();
  await vi.advanceTimersByTimeAsync(30_000);
  expect(times.slice(6)).toEqual([118.1, 130.1]);
});

it('nothing is loaded after its end, also where a load fails then', async () => {
  answers = false;
  loads.soon();
  await vi.advanceTimersByTimeAsync(100);
  loads.close();
  loads.soon();
  await vi.advanceTimersByTimeAsync(100_000);
  expect(times).toEqual([0.1]);
});
