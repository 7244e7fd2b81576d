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
  /** May be more than a round has: then it is that of several rounds. */
  #used = 0;
  #isScheduled = false;
  #waiting: { weight: number; release: () => void }[] = [];

  /** @param perRound how many deliveries may begin in one round of the event loop; default 20 */
  constructor(perRound = defaultPerRound) {
    this.#perRound = perRound;
  }

  /**
   * Resolves when the next delivery may begin: immediately, or in a later round, first come first served.
   * @param weight as how many it counts, for a large value; default 1
   */
  next(weight = 1): Promise<void> {
    this.#schedule();
    if (this.#used < this.#perRound) {
      this.#used += weight;
      return Promise.resolve();
    }
    return new Promise((release) => this.#waiting.push({ weight, release }));
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#used = Math.max(0, this.#used - this.#perRound);
      let count = 0;
      while (this.#used < this.#perRound && count < this.#waiting.length)
        this.#used += this.#waiting[count++]!.weight;
      const released = this.#waiting.splice(0, count);
      if (this.#used > 0) this.#schedule();
      for (const { release } of released) release();
    });
  }
}
