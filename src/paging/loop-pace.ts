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

  /** @param maxBusyMs how long steps may follow each other within one iteration of the event loop; default 10 ms */
  constructor(maxBusyMs = defaultMaxBusyMs) {
    this.#maxBusyMs = maxBusyMs;
  }

  /** Resolves when the next step may begin: immediately, or in the next iteration of the event loop. */
  async next(): Promise<void> {
    if (this.#busySince === undefined) {
      this.#busySince = performance.now();
      setImmediate(() => {
        this.#busySince = undefined;
      });
    }
    if (performance.now() - this.#busySince >= this.#maxBusyMs) await yieldOnce();
  }
}
