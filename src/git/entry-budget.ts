import { DomainError } from '../errors.js';

const mostEntries = 1_000_000;

/**
 * Counts the tree entries that one operation looks at. A few nested trees that repeat themselves stand for billions of
 * files; this is where such a walk ends.
 */
export class EntryBudget {
  private left = mostEntries;

  /** @throws DomainError `payload_too_large` after 1,000,000 entries */
  take(): void {
    this.left -= 1;
    if (this.left < 0)
      throw new DomainError('payload_too_large', 'This commit holds too many files to go through.');
  }
}
