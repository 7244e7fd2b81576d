import { setTimeout as sleep } from 'node:timers/promises';

/** The result of work, or `otherwise` where the work fails or takes longer than `ms`. It goes on then, unobserved. */
export function orAfter<T>(work: Promise<T>, ms: number, otherwise: T): Promise<T> {
  const end = new AbortController();
  const late = sleep(ms, otherwise, { signal: end.signal, ref: false }).catch(() => otherwise);
  return Promise.race([work.catch(() => otherwise), late]).finally(() => end.abort());
}
