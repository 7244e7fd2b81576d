import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseAwayError } from './database-away-error.js';
import { withDatabaseErrors } from './database-errors.js';

/** The waits between the tries, in milliseconds; the last one repeats. */
const retryMs = [50, 200, 1_000, 3_000];
const defaultMaxMs = 5 * 60_000;

/**
 * For statements that somebody waits for, or the next one of the same row: enough for a connection that was cut, and not for a
 * server that is away. In milliseconds.
 */
export const shortOutageMs = 2_000;

/**
 * Repeats a read, or a write that may be executed twice, until the database answers: a stream goes on after an outage, as the
 * work that it follows does.
 * @param options.signal ends the tries; default none
 * @param options.maxMs how long it is repeated; default 5 minutes
 * @throws what `work` throws, but an outage only when the time is over or `signal` has aborted
 */
export async function untilAnswered<T>(
  work: () => Promise<T>,
  { signal, maxMs = defaultMaxMs }: { signal?: AbortSignal; maxMs?: number } = {},
): Promise<T> {
  const end = performance.now() + maxMs;
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!isOutage(error) || signal?.aborted || performance.now() > end) throw error;
      const waitMs = retryMs[Math.min(attempt, retryMs.length - 1)];
      await sleep(waitMs, undefined, { signal }).catch(() => {});
    }
  }
}

/** Whether an error says that the database does not answer now. */
export function isOutage(error: unknown): boolean {
  return withDatabaseErrors(error) instanceof DatabaseAwayError;
}
