import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from './random.js';
import type { Replicas } from './replicas.js';

/** So long both gateways must have answered before a run that has no end is a fault. */
const enoughMs = 60_000;
/** After so long the machine was too slow to find out. */
const maxMs = 600_000;
const lookMs = 250;

/**
 * How long to wait for the ends of what was sent, once nothing is disturbed any more. Only the time counts in which both gateways
 * answer: on a busy machine one takes a minute to start, and nothing can end meanwhile.
 */
export class Patience {
  /** The time that counts, in ms. */
  #answeredMs = 0;
  #isSpent = false;

  readonly #replicas: Replicas;
  readonly #random: Random;

  constructor(replicas: Replicas, random: Random) {
    this.#replicas = replicas;
    this.#random = random;
  }

  /** Whether to wait still. */
  get isStillWaiting(): boolean {
    return !this.#isSpent;
  }

  /** Whether it was spent before both gateways had the time to end what was sent: what has not ended proves nothing. */
  get wasTooShort(): boolean {
    return this.#isSpent && this.#answeredMs < enoughMs;
  }

  /** Waits for `work`, until the patience is spent. */
  async waitFor(work: Promise<unknown>): Promise<void> {
    const done = new AbortController();
    const counted = this.#count(done.signal);
    await work.finally(() => done.abort());
    await counted;
  }

  async #count(done: AbortSignal): Promise<void> {
    const from = Date.now();
    while (!done.aborted && this.#answeredMs < enoughMs && Date.now() - from < maxMs) {
      const before = Date.now();
      const answers = await this.#replicas.answering(this.#random);
      await sleep(lookMs);
      if (answers) this.#answeredMs += Date.now() - before;
    }
    this.#isSpent = !done.aborted;
  }
}
