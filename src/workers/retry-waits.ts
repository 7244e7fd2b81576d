import { LRUCache } from 'lru-cache';

const firstWaitMs = 60_000;
const maxWaitMs = 60 * 60_000;
const maxKeys = 10_000;

/** When what has failed is due again: after 1 minute, then twice as long each time, 1 hour at most. It knows 10,000 at most. */
export class RetryWaits {
  readonly #waits = new LRUCache<string, { waitMs: number; until: number }>({ max: maxKeys });
  readonly #now: () => number;

  /** @param now a clock in milliseconds; default a monotonic one */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Whether something has not failed, or has waited long enough. */
  isDue(key: string): boolean {
    const wait = this.#waits.get(key);
    return !wait || this.#now() >= wait.until;
  }

  failed(key: string): void {
    const waitMs = Math.min((this.#waits.get(key)?.waitMs ?? firstWaitMs / 2) * 2, maxWaitMs);
    this.#waits.set(key, { waitMs, until: this.#now() + waitMs });
  }

  succeeded(key: string): void {
    this.#waits.delete(key);
  }
}
