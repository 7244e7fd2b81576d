import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { nextSync } from '../../src/remotes/next-sync.js';
import { SaveBursts } from '../../src/remotes/save-bursts.js';

const now = new Date('2026-01-01T00:00:00Z');
const seconds = (after: Partial<Parameters<typeof nextSync>[0]>, random = 0.5) => {
  const next = nextSync({ now, failures: 0, fault: null, intervalSeconds: null, ...after }, () => random);
  return next && Math.round((next.getTime() - now.getTime()) / 1000);
};

it.each([
  [{}, null],
  [{ intervalSeconds: 60 }, 60],
  [{ fault: 'unreachable', failures: 1 }, 30],
  [{ fault: 'unreachable', failures: 4 }, 240],
  [{ fault: 'unreachable', failures: 8 }, 3600],
  [{ fault: 'unreachable', failures: 9 }, null],
  [{ fault: 'unauthorized', failures: 1 }, null],
  [{ fault: 'unauthorized', failures: 1, intervalSeconds: 60 }, 60],
  [{ fault: 'unreachable', failures: 1, intervalSeconds: 300 }, 300],
  [{ fault: 'unreachable', failures: 6, intervalSeconds: 300 }, 960],
  [{ fault: 'unreachable', failures: 400, intervalSeconds: 300 }, 3600],
  [{ fault: 'unreachable', failures: 400, intervalSeconds: 86_400 }, 86_400],
] as const)('after %j the next sync is in %s seconds', (after, expected) => {
  expect(seconds(after)).toBe(expected);
});

it('a tenth more or less keeps them apart', () => {
  expect([seconds({ intervalSeconds: 100 }, 0), seconds({ intervalSeconds: 100 }, 0.999)]).toEqual([90, 110]);
});

let bursts: SaveBursts;
const begun = vi.fn<(id: string) => Promise<boolean>>();
const ended = vi.fn();
beforeEach(() => {
  vi.useFakeTimers();
  begun.mockReset().mockResolvedValue(true);
  ended.mockReset();
  bursts = new SaveBursts({ onStart: begun, onEnd: ended });
});
afterEach(() => {
  bursts.close();
  vi.useRealTimers();
});

it('a burst is noted at its first save and ends a second after its last', async () => {
  for (let i = 0; i < 5; i++) {
    bursts.saved('a');
    await vi.advanceTimersByTimeAsync(900);
  }
  expect([begun.mock.calls.length, ended.mock.calls.length]).toEqual([1, 0]);
  await vi.advanceTimersByTimeAsync(200);
  expect(ended.mock.calls).toEqual([['a']]);
});

it('a burst without an end ends after 10 seconds', async () => {
  for (let i = 0; i < 99; i++) {
    bursts.saved('a');
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(ended).not.toHaveBeenCalled();
  bursts.saved('a');
  await vi.advanceTimersByTimeAsync(200);
  expect(ended).toHaveBeenCalledOnce();
});

it('a repository that wants no pushes is asked once in 10 seconds while it is saved to', async () => {
  begun.mockResolvedValue(false);
  for (let i = 0; i < 25; i++) {
    bursts.saved('a');
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect([begun.mock.calls.length, ended.mock.calls.length]).toEqual([3, 0]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(begun).toHaveBeenCalledTimes(4);
});

it('a save soon after a repository wanted none is pushed where it wants them by then', async () => {
  begun.mockResolvedValueOnce(false);
  bursts.saved('a');
  await vi.advanceTimersByTimeAsync(2_000);
  bursts.saved('a');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(ended.mock.calls).toEqual([['a']]);
});

it('a repository that could not be asked is pushed, none after the end', async () => {
  begun.mockRejectedValueOnce(new Error('no database'));
  bursts.saved('a');
  await vi.advanceTimersByTimeAsync(1_100);
  expect([begun.mock.calls.length, ended.mock.calls.length]).toEqual([1, 1]);
  bursts.saved('b');
  bursts.close();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(ended).toHaveBeenCalledOnce();
});
