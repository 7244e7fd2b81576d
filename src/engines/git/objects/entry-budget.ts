import { setImmediate as yieldOnce } from 'node:timers/promises';
import { DomainError } from '../../../errors.js';

const defaultMaxEntries = 500_000;
const entriesBetweenPauses = 5_000;

/**
 * Counts the tree entries that one operation reads. A few nested trees that repeat themselves can describe billions of
 * files, so such a walk ends here, and a long one pauses for other requests.
 */
export class EntryBudget {
  readonly #maxEntries: number;
  #taken = 0;
  #pausedAt = 0;

  /** @param maxEntries default 500,000 */
  constructor(maxEntries = defaultMaxEntries) {
    this.#maxEntries = maxEntries;
  }

  /** @throws DomainError `payload_too_large` after so many entries */
  take(entries = 1): void {
    this.#taken += entries;
    if (this.#taken > this.#maxEntries) {
      throw new DomainError('payload_too_large', 'This commit has too many files to read; leave some out.');
    }
  }

  /** To be awaited between trees, because cached trees are read synchronously. */
  async pause(): Promise<void> {
    if (this.#taken - this.#pausedAt < entriesBetweenPauses) return;
    this.#pausedAt = this.#taken;
    await yieldOnce();
  }
}
