import { setImmediate as yieldOnce } from 'node:timers/promises';

/** This many rows in one iteration of the event loop are handed out immediately. */
const maxImmediateRows = 200;
/** How long the work on rows may block the event loop. */
const maxBusyMs = 10;
/** After so many rows their work is waited for, and the time is checked. */
const stepRows = 8;

/** Hands out the rows of large pages in steps, so that other requests are answered between them. */
class RowPacer {
  #immediateRows = 0;
  #waiting: (() => void)[] = [];
  #isRunning = false;

  pace<T>(rows: readonly T[]): readonly (T | Promise<T>)[] {
    if (!this.#isRunning && this.#takeImmediate(rows.length)) return rows;
    const promises = rows.map(
      (row) => new Promise<T>((resolve) => this.#waiting.push(() => resolve(row as Awaited<T>))),
    );
    if (!this.#isRunning) this.#run();
    return promises;
  }

  #takeImmediate(count: number): boolean {
    if (this.#immediateRows + count > maxImmediateRows) return false;
    if (this.#immediateRows === 0)
      setImmediate(() => {
        this.#immediateRows = 0;
      });
    this.#immediateRows += count;
    return true;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      await handOut(batch);
    }
    this.#isRunning = false;
  }
}

async function handOut(batch: (() => void)[]): Promise<void> {
  let busySince = performance.now();
  for (let next = 0; next < batch.length; next += stepRows) {
    for (const give of batch.slice(next, next + stepRows)) give();
    // Whoever waits for these rows works on them before this function goes on.
    await undefined;
    if (performance.now() - busySince < maxBusyMs) continue;
    await yieldOnce();
    busySince = performance.now();
  }
}

const pacer = new RowPacer();

/**
 * Paces the work on the rows of pages: the 10,000 rows of a list of files would block the event loop for a tenth of a second
 * and more, and so would a hundred small pages together. Rows that have to wait are promises.
 */
export function pacedRows<T>(rows: readonly T[]): readonly (T | Promise<T>)[] {
  return pacer.pace(rows);
}
