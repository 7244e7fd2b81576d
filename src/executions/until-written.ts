import { setTimeout as sleep } from 'node:timers/promises';

/** Between the tries, in milliseconds; the last is repeated. */
const retryMs = [50, 200, 1000, 3000];

/**
 * Tries a write until it succeeds: an outage of the database, however long, must cost a run neither its output nor its
 * end.
 * @param options.signal ends the tries
 * @param options.report told the error of each try that came after the longest wait
 * @throws the database's error once the execution is gone or `signal` has aborted
 */
export async function untilWritten<T>(
  write: () => Promise<T>,
  options: { signal: AbortSignal; report: (error: unknown) => void },
): Promise<T> {
  const { signal, report } = options;
  for (let attempt = 0; ; attempt++) {
    try {
      return await write();
    } catch (error) {
      if (signal.aborted || isGone(error)) throw error;
      if (attempt >= retryMs.length) report(error);
      await sleep(retryMs[Math.min(attempt, retryMs.length - 1)], undefined, { signal }).catch(() => {});
    }
  }
}

/** Whether the row that is written to, or that a written one belongs to, was removed: P2025, P2003, and P2010 for raw. */
function isGone(error: unknown): boolean {
  const { code, meta } = error as {
    code?: string;
    meta?: { driverAdapterError?: { cause?: { kind?: string } } };
  };
  const kind = meta?.driverAdapterError?.cause?.kind;
  return code === 'P2025' || code === 'P2003' || kind === 'ForeignKeyConstraintViolation';
}
