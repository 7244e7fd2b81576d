import { setImmediate as yieldOnce } from 'node:timers/promises';

const defaultMaxBusyMs = 10;

/**
 * Lets the event loop answer others between steps of work that follow each other without a pause. Its time begins with each
 * iteration of the loop.
 * @example
 * for (const step of steps) {
 *   await pace.next();
 *   step();
 * }
 */
export class LoopPace {
  readonly #maxBusyMs: number;
  #busySince: number | undefined;
  /** Resolves when the caller that asked last may begin. */
  #last: Promise<void> = Promise.resolve();

  /** @param maxBusyMs how long steps may follow each other within one iteration of the event loop; default 10 ms */
  constructor(maxBusyMs = defaultMaxBusyMs) {
    this.#maxBusyMs = maxBusyMs;
  }

  /**
   * Resolves when the next step may begin: immediately, or in a later iteration of the event loop. Callers that wait together
   * begin one after the other, so the work of each counts for the next.
   */
  next(): Promise<void> {
    this.#last = this.#last.then(() => (this.hasTime() ? undefined : this.#waitForTime()));
    return this.#last;
  }

  /** Whether a step may begin in this iteration of the event loop, for callers whose steps are too short to wait for each. */
  hasTime(): boolean {
    const now = performance.now();
    if (this.#busySince === undefined) {
      this.#busySince = now;
      setImmediate(() => {
        this.#busySince = undefined;
      });
    }
    return now - this.#busySince < this.#maxBusyMs;
  }

  /** Only one caller waits here, so the next iteration of the event loop is its own. */
  async #waitForTime(): Promise<void> {
    await yieldOnce();
    this.#busySince = undefined;
    this.hasTime();
  }
}
