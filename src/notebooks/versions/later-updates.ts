/** How many branches may wait. Those above that are indexed when they are read. */
const maxWaiting = 10_000;

/** Updates that nobody waits for, one at a time. */
export class LaterUpdates {
  readonly #waiting = new Set<string>();
  readonly #update: (key: string) => Promise<void>;
  readonly #signal: AbortSignal;
  #isWorking = false;

  /**
   * @param update must not reject
   * @param signal begins no more updates when it aborts
   */
  constructor(update: (key: string) => Promise<void>, signal: AbortSignal) {
    this.#update = update;
    this.#signal = signal;
  }

  /** Adds updates at the end of the queue. One that waits already keeps its position. */
  add(keys: Iterable<string>): void {
    for (const key of keys) if (this.#waiting.size < maxWaiting) this.#waiting.add(key);
    void this.#work();
  }

  async #work(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    for (const key of this.#waiting) {
      if (this.#signal.aborted) break;
      this.#waiting.delete(key);
      await this.#update(key);
    }
    this.#isWorking = false;
  }
}
