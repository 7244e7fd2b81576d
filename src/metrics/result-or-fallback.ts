import { setTimeout as sleep } from 'node:timers/promises';

/** The result of work, or `fallback` where the work fails or takes longer than `ms`. It goes on then, unobserved. */
export function resultOrFallback<T>(work: Promise<T>, ms: number, fallback: T): Promise<T> {
  const end = new AbortController();
  const late = sleep(ms, fallback, { signal: end.signal, ref: false }).catch(() => fallback);
  return Promise.race([work.catch(() => fallback), late]).finally(() => end.abort());
}
