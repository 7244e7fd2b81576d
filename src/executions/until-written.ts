import { setTimeout as sleep } from 'node:timers/promises';
import { FormerOwnerError } from '../engines/database/former-owner-error.js';

/** The waits between the tries, in milliseconds; the last one repeats. */
const retryMs = [50, 200, 1000, 3000];

/**
 * Repeats a write until it succeeds: a run loses neither its output nor its end while the database cannot be reached.
 * @param options.signal ends the tries
 * @param options.onDelay called with the error of each try from the fifth on
 * @throws FormerOwnerError, and the database's error once the row that is written to does not exist any more or `signal` has
 *   aborted
 */
export async function untilWritten<T>(
  write: () => Promise<T>,
  options: { signal: AbortSignal; onDelay(error: unknown): void },
): Promise<T> {
  const { signal } = options;
  for (let attempt = 0; ; attempt++) {
    try {
      return await write();
    } catch (error) {
      if (signal.aborted || error instanceof FormerOwnerError || isRowMissing(error)) throw error;
      if (attempt >= retryMs.length) options.onDelay(error);
      await sleep(retryMs[Math.min(attempt, retryMs.length - 1)], undefined, { signal }).catch(() => {});
    }
  }
}

/**
 * Whether the row that is written to, or that a new row refers to, was removed: P2025, P2003, and P2010 for raw SQL.
 */
function isRowMissing(error: unknown): boolean {
  const { code, meta } = error as {
    code?: string;
    meta?: { driverAdapterError?: { cause?: { kind?: string } } };
  };
  const kind = meta?.driverAdapterError?.cause?.kind;
  return code === 'P2025' || code === 'P2003' || kind === 'ForeignKeyConstraintViolation';
}
