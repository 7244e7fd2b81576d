import { storageUnavailable } from '../durability/storage-error.js';

const mostWaiting = 1000;
const mostTogether = 64;
const mostBytesTogether = 16 * 1024 * 1024;

/** One that waits for its turn; whoever acts for it tells it the outcome. */
export interface Waiting<I, R> {
  input: I;
  resolve(result: R): void;
  reject(error: unknown): void;
}

interface Entry extends Waiting<unknown, unknown> {
  /** Null: it goes alone. */
  together: ((batch: Entry[]) => Promise<void>) | null;
  alone?: () => Promise<unknown>;
  bytes: number;
}

/**
 * Runs the writes to one branch one after the other, in the order in which they came: within this process no
 * compare-and-swap is ever lost, so no work is done twice. Those that {@link join} are taken together when several wait.
 * A branch that nobody writes to takes no memory.
 */
export class BranchQueue {
  private readonly lines = new Map<string, { waiting: number; entries: Entry[] }>();

  /** @throws DomainError `storage_unavailable` when 1,000 wait already, and what `write` throws */
  run<T>(key: string, write: () => Promise<T>): Promise<T> {
    return this.wait(key, { input: undefined, together: null, alone: write, bytes: 0 });
  }

  /**
   * Waits for its turn, in which `together` acts for all that wait in a row, in their order; it must tell each its outcome,
   * and what it throws is told to all that have none.
   * @param turn `together`: the same for all that join under one key; `bytes`: what the input holds, for a row ends at 64
   *   writes or 16 MiB
   * @throws DomainError `storage_unavailable` when 1,000 wait already, and what it was told
   */
  join<I, R>(
    key: string,
    input: I,
    turn: { bytes: number; together: (batch: Waiting<I, R>[]) => Promise<void> },
  ): Promise<R> {
    return this.wait(key, {
      input,
      bytes: turn.bytes,
      together: turn.together as unknown as Entry['together'],
    });
  }

  private async wait<R>(key: string, entry: Omit<Entry, 'resolve' | 'reject'>): Promise<R> {
    const line = this.lines.get(key) ?? { waiting: 0, entries: [] };
    if (line.waiting >= mostWaiting)
      throw storageUnavailable(new Error('too many writes wait for one branch'));
    line.waiting += 1;
    try {
      return await new Promise<R>((resolve, reject) => {
        line.entries.push({ ...entry, resolve: resolve as Entry['resolve'], reject });
        if (!this.lines.has(key)) this.serve(key, line);
      });
    } finally {
      line.waiting -= 1;
    }
  }

  private async serve(key: string, line: { entries: Entry[] }): Promise<void> {
    this.lines.set(key, line as { waiting: number; entries: Entry[] });
    for (let first = line.entries.shift(); first; first = line.entries.shift()) {
      const batch = [first, ...takeRow(line.entries, first)];
      try {
        if (first.together) await first.together(batch);
        else first.resolve(await first.alone!());
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.lines.delete(key);
  }
}

/** Takes from the front what may go together with the one before it. */
function takeRow(entries: Entry[], first: Entry): Entry[] {
  let bytes = first.bytes;
  const end = entries.findIndex((entry, n) => {
    bytes += entry.bytes;
    return !entry.together || n + 1 >= mostTogether || bytes > mostBytesTogether;
  });
  return first.together ? entries.splice(0, end < 0 ? entries.length : end) : [];
}
