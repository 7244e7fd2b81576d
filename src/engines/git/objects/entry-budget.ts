import { setImmediate as nextTurn } from 'node:timers/promises';
import { DomainError } from '../../../errors.js';

const mostEntries = 500_000;
const entriesPerTurn = 5_000;

/**
 * Counts the tree entries that one operation looks at. A few nested trees that repeat themselves stand for billions of
 * files; this is where such a walk ends, and where a long one lets others have their turn.
 */
export class EntryBudget {
  private taken = 0;
  private pausedAt = 0;

  /** @throws DomainError `payload_too_large` after 500,000 entries */
  take(entries = 1): void {
    this.taken += entries;
    if (this.taken > mostEntries) {
      throw new DomainError('payload_too_large', 'This commit holds too many files to go through.');
    }
  }

  /** To be awaited between trees: cached ones are read without a turn of the event loop. */
  async pause(): Promise<void> {
    if (this.taken - this.pausedAt < entriesPerTurn) return;
    this.pausedAt = this.taken;
    await nextTurn();
  }
}
