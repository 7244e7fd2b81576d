import { storageUnavailable } from './storage-error.js';

const mostWaiting = 1000;

/**
 * Runs the writes to one branch one after the other, in the order in which they came: within this process no
 * compare-and-swap is ever lost, so no work is done twice. A branch that nobody writes to takes no memory.
 */
export class BranchQueue {
  private readonly lines = new Map<string, { waiting: number; last: Promise<unknown> }>();

  /** @throws DomainError `storage_unavailable` when 1,000 wait already, and what `write` throws */
  async run<T>(key: string, write: () => Promise<T>): Promise<T> {
    const line = this.lines.get(key) ?? { waiting: 0, last: Promise.resolve() };
    if (line.waiting >= mostWaiting)
      throw storageUnavailable(new Error('too many writes wait for one branch'));
    this.lines.set(key, line);
    line.waiting += 1;
    const turn = line.last.then(write);
    line.last = turn.catch(() => {});
    try {
      return await turn;
    } finally {
      line.waiting -= 1;
      if (line.waiting === 0) this.lines.delete(key);
    }
  }
}
