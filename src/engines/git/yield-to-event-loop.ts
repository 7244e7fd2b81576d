import { setImmediate as yieldOnce } from 'node:timers/promises';

const maxBusyMs = 10;

let busySince = 0;

/**
 * Returns a promise to await when other requests have waited for 10 ms, else undefined. To be called before each read: an
 * object that is cached is read synchronously, and a long loop of such reads would block the event loop.
 */
export function yieldToEventLoop(): Promise<void> | undefined {
  const now = performance.now();
  if (busySince === 0) {
    busySince = now;
    setImmediate(() => {
      busySince = 0;
    });
    return undefined;
  }
  return now - busySince < maxBusyMs ? undefined : yieldOnce();
}
