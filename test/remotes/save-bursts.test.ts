import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SaveBursts } from '../../src/remotes/save-bursts.js';

let bursts: SaveBursts;
const onStart = vi.fn<(id: string) => Promise<boolean>>();
const onEnd = vi.fn();
beforeEach(() => {
  vi.useFakeTimers();
  onStart.mockReset().mockResolvedValue(true);
  onEnd.mockReset();
  bursts = new SaveBursts({ onStart, onEnd });
});
afterEach(() => {
  bursts.close();
  vi.useRealTimers();
});

it('a burst starts at its first save and ends 1 s after its last', async () => {
  for (let i = 0; i < 5; i++) {
    bursts.saved('a');
    await vi.advanceTimersByTimeAsync(900);
  }
  expect([onStart.mock.calls.length, onEnd.mock.calls.length]).toEqual([1, 0]);
  await vi.advanceTimersByTimeAsync(200);
  expect(onEnd.mock.calls).toEqual([['a']]);
});

it('a burst ends at the latest 10 s after its first save', async () => {
  for (let i = 0; i < 99; i++) {
    bursts.saved('a');
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(onEnd).not.toHaveBeenCalled();
  bursts.saved('a');
  await vi.advanceTimersByTimeAsync(200);
  expect(onEnd).toHaveBeenCalledOnce();
});

it('a repository without pushes is checked once in 10 s while saves continue', async () => {
  onStart.mockResolvedValue(false);
  for (let i = 0; i < 25; i++) {
    bursts.saved('a');
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect([onStart.mock.calls.length, onEnd.mock.calls.length]).toEqual([3, 0]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(onStart).toHaveBeenCalledTimes(4);
});

it('a save within 10 s after the answer no is pushed if the answer is yes by then', async () => {
  onStart.mockResolvedValueOnce(false);
  bursts.saved('a');
  await vi.advanceTimersByTimeAsync(2_000);
  bursts.saved('a');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(onEnd.mock.calls).toEqual([['a']]);
});

it('a burst whose question failed is pushed; after close nothing is pushed', async () => {
  onStart.mockRejectedValueOnce(new Error('no database'));
  bursts.saved('a');
  await vi.advanceTimersByTimeAsync(1_100);
  expect([onStart.mock.calls.length, onEnd.mock.calls.length]).toEqual([1, 1]);
  bursts.saved('b');
  bursts.close();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(onEnd).toHaveBeenCalledOnce();
});
