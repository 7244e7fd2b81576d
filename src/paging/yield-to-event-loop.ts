import { LoopPace } from './loop-pace.js';

const pace = new LoopPace();

/**
 * Returns a promise to await when other requests have waited for 10 ms, else undefined. To be called before each read: an
 * object that is cached is read synchronously, and a long loop of such reads would block the event loop.
 */
export function yieldToEventLoop(): Promise<void> | undefined {
  return pace.hasTime() ? undefined : pace.next();
}
