import { setTimeout as sleep } from 'node:timers/promises';

/** The waits between attempts at what fails: a first one, then each twice as long as the one before, up to a maximum. */
export class DoublingWait {
  readonly #firstMs: number;
  readonly #maxMs: number;
  #nextMs: number;

  constructor(firstMs: number, maxMs: number) {
    this.#firstMs = firstMs;
    this.#maxMs = maxMs;
    this.#nextMs = firstMs;
  }

  /** Whether the next wait is the first one, also after {@link reset}. */
  get isFirst(): boolean {
    return this.#nextMs === this.#firstMs;
  }

  /** The next wait in ms, for a caller with a timer of its own; the one after it is longer. */
  next(): number {
    const ms = this.#nextMs;
    this.#nextMs = Math.min(ms * 2, this.#maxMs);
    return ms;
  }

  /** An attempt succeeded: the next wait is the first one again. */
  reset(): void {
    this.#nextMs = this.#firstMs;
  }

  /** Waits; ends early, without an error, when `signal` is aborted. It does not keep the process running. */
  async wait(signal: AbortSignal): Promise<void> {
    await sleep(this.next(), undefined, { signal, ref: false }).catch(() => {});
  }
}
