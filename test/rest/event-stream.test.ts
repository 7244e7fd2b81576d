import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { eventStream } from '../../rest/event-stream.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Events that never come, until the reader leaves. */
async function* silent(): AsyncIterableIterator<string> {
  await new Promise(() => {});
}

it('a stream without an event has a comment each 15 seconds, which keeps it alive', async () => {
  const events = Object.assign(silent(), { return: async () => ({ done: true as const, value: '' }) });
  const response = eventStream({ events, frame: (event) => event, broken: () => '' });
  expect(response.headers.get('x-accel-buffering')).toBe('no');
  const reader = response.body!.getReader();
  for (let count = 0; count < 2; count++) {
    let isThere = false;
    const next = reader.read().then(({ value }) => {
      isThere = true;
      return value;
    });
    await vi.advanceTimersByTimeAsync(14_999);
    expect(isThere).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(Buffer.from((await next)!).toString()).toBe(': keep-alive\n\n');
  }
  await reader.cancel();
});
