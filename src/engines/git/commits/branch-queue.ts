import { storageUnavailable } from '../durability/storage-error.js';

const maxWaiting = 1000;
const maxBatch = 64;
const maxBatchBytes = 16 * 1024 * 1024;

/** A write that waits; whoever carries it out resolves or rejects it. */
export interface Waiting<I, R> {
  input: I;
  resolve(result: R): void;
  reject(error: unknown): void;
}

interface Entry extends Waiting<unknown, unknown> {
  /** Carries out this write together with others. */
  batch?: (entries: Entry[]) => Promise<void>;
  /** Carries out this write alone. */
  single?: () => Promise<unknown>;
  bytes: number;
}

interface Queue {
  waiting: number;
  entries: Entry[];
}

/**
 * Runs the writes to one branch one after the other, in their order, so that no compare-and-swap fails within this process
 * and no work is done twice. Writes that {@link join} are carried out together when several wait. A branch without writes
 * takes no memory.
 */
export class BranchQueue {
  readonly #queues = new Map<string, Queue>();

  /** Runs a write alone. @throws DomainError `storage_unavailable` when 1,000 wait already, and what `write` throws */
  run<T>(key: string, write: () => Promise<T>): Promise<T> {
    return this.#wait(key, { input: undefined, single: write, bytes: 0 });
  }

  /**
   * Waits until `batch` has carried out this write, together with those that wait directly behind it.
   * @param options `batch`: the same for all that join under one key. It resolves or rejects each write; when it throws,
   *   the writes without a result are rejected. `bytes`: the size of the input, for a batch has at most 64 writes and 16 MiB
   * @throws DomainError `storage_unavailable` when 1,000 wait already, and what the write was rejected with
   */
  join<I, R>(
    key: string,
    input: I,
    options: { bytes: number; batch: (waiting: Waiting<I, R>[]) => Promise<void> },
  ): Promise<R> {
    const batch = options.batch as unknown as Entry['batch'];
    return this.#wait(key, { input, bytes: options.bytes, batch });
  }

  async #wait<R>(key: string, entry: Omit<Entry, 'resolve' | 'reject'>): Promise<R> {
    const queue = this.#queues.get(key) ?? { waiting: 0, entries: [] };
    if (queue.waiting >= maxWaiting)
      throw storageUnavailable(new Error('too many writes wait for one branch'));
    queue.waiting += 1;
    try {
      return await new Promise<R>((resolve, reject) => {
        queue.entries.push({ ...entry, resolve: resolve as Entry['resolve'], reject });
        if (!this.#queues.has(key)) this.#work(key, queue);
      });
    } finally {
      queue.waiting -= 1;
    }
  }

  async #work(key: string, queue: Queue): Promise<void> {
    this.#queues.set(key, queue);
    for (let first = queue.entries.shift(); first; first = queue.entries.shift()) {
      const entries = [first, ...takeBatch(queue.entries, first)];
      try {
        if (first.batch) await first.batch(entries);
        else first.resolve(await first.single!());
      } catch (error) {
        for (const { reject } of entries) reject(error);
      }
    }
    this.#queues.delete(key);
  }
}

/** Removes from the front what can be carried out together with the entry before it. */
function takeBatch(entries: Entry[], first: Entry): Entry[] {
  if (!first.batch) return [];
  let { bytes } = first;
  const end = entries.findIndex((entry, n) => {
    bytes += entry.bytes;
    return !entry.batch || n + 1 >= maxBatch || bytes > maxBatchBytes;
  });
  return entries.splice(0, end < 0 ? entries.length : end);
}
