import type { EventBus, Topics } from './event-bus.js';

/**
 * Waits until `check` gives a value: asks once at once, then after every event of the topic and key.
 * @param timeoutMs the longest wait
 * @returns the value, or `undefined` when the time is over or `signal` aborts
 */
export async function waitFor<T, K extends keyof Topics>(
  bus: EventBus,
  topic: K,
  key: string,
  check: () => Promise<T | undefined>,
  options: { timeoutMs: number; signal?: AbortSignal },
): Promise<T | undefined> {
  let wake = () => {};
  let changed = false;
  const unsubscribe = bus.subscribe(topic, key, () => {
    changed = true;
    wake();
  });
  const end = AbortSignal.any([
    AbortSignal.timeout(options.timeoutMs),
    ...(options.signal ? [options.signal] : []),
  ]);
  const onEnd = () => wake();
  end.addEventListener('abort', onEnd);
  try {
    while (!end.aborted) {
      changed = false;
      const value = await check();
      if (value !== undefined) return value;
      if (!changed && !end.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
    return undefined;
  } finally {
    end.removeEventListener('abort', onEnd);
    unsubscribe();
  }
}
