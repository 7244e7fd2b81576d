import type { EventBus, Topics } from './event-bus.js';

/**
 * Waits until `check` returns a value. Calls it immediately, and again after the events of the topic and key.
 * @param signal ends the wait
 * @returns the value, or `undefined` when `signal` aborts
 */
export async function waitFor<T, K extends keyof Topics>(
  bus: EventBus,
  topic: K,
  key: string,
  check: () => Promise<T | undefined>,
  signal: AbortSignal,
): Promise<T | undefined> {
  let wake = () => {};
  let changed = false;
  const look = () => {
    changed = true;
    wake();
  };
  const unsubscribe = bus.subscribe(topic, key, look);
  const leave = bus.onMissed(look);
  const onEnd = () => wake();
  signal.addEventListener('abort', onEnd);
  try {
    while (!signal.aborted) {
      changed = false;
      const value = await check();
      if (value !== undefined) return value;
      if (!changed && !signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
    return undefined;
  } finally {
    signal.removeEventListener('abort', onEnd);
    unsubscribe();
    leave();
  }
}
