const defaultPerRound = 20;

/**
 * Spreads deliveries to many subscribers over rounds of the event loop, so that one event for all of them does not keep other
 * requests waiting.
 * @example
 * await pace.next();
 * deliver(value);
 */
export class DeliveryPace {
  readonly #perRound: number;
  #used = 0;
  #isScheduled = false;
  #waiting: (() => void)[] = [];

  /** @param perRound how many deliveries may begin in one round of the event loop; default 20 */
  constructor(perRound = defaultPerRound) {
    this.#perRound = perRound;
  }

  /** Resolves when the next delivery may begin: immediately, or in a later round, first come first served. */
  next(): Promise<void> {
    this.#schedule();
    if (this.#used < this.#perRound) {
      this.#used++;
      return Promise.resolve();
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      const released = this.#waiting.splice(0, this.#perRound);
      this.#used = released.length;
      if (this.#used > 0) this.#schedule();
      for (const release of released) release();
    });
  }
}
