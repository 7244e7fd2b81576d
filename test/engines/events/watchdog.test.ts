import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createWatchdog, type Watchdog } from '../../../src/engines/events/watchdog.js';

let watchdog: Watchdog;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  watchdog = createWatchdog(new AbortController().signal);
});
afterEach(() => {
  watchdog.stop();
  vi.useRealTimers();
});

/** Lets the gateway wait for a client that moves some bytes each time. @returns whether the client was cut off */
function move({ bytes, everyMs, times }: { bytes: number; everyMs: number; times: number }): boolean {
  for (let n = 0; n < times; n++) {
    watchdog.wait();
    vi.advanceTimersByTime(everyMs);
    watchdog.touch(bytes);
  }
  return watchdog.signal.aborted;
}

it('a client that moves a byte now and then has a minute', () => {
  expect(move({ bytes: 1, everyMs: 25_000, times: 2 })).toBe(false);
  expect(move({ bytes: 1, everyMs: 25_000, times: 1 })).toBe(true);
});

it('a client of 16 KiB a second is never too slow', () => {
  expect(move({ bytes: 16 * 1024 * 20, everyMs: 20_000, times: 80 })).toBe(false);
});

it('what a client did fast gives it no more than a minute later', () => {
  watchdog.touch(1024 * 1024 * 1024);
  expect(move({ bytes: 1, everyMs: 25_000, times: 3 })).toBe(true);
});

it('a client does not pay for the time that Git needs', () => {
  for (let n = 0; n < 20; n++) {
    vi.advanceTimersByTime(50_000);
    watchdog.touch(0);
  }
  expect(watchdog.signal.aborted).toBe(false);
  expect(move({ bytes: 1, everyMs: 25_000, times: 2 })).toBe(false);
});

it('a stream on which nothing moves ends after a minute', () => {
  vi.advanceTimersByTime(59_000);
  expect(watchdog.signal.aborted).toBe(false);
  vi.advanceTimersByTime(1_000);
  expect(watchdog.signal.aborted).toBe(true);
});
