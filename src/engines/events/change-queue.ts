import { DomainError } from '../../errors.js';

/** What waits for one subscriber: at most one change a key, the newest. */
export interface ChangeQueue<T> {
  /** Takes a change; one of the same key that still waits is replaced in its place. After the end it does nothing. */
  push(key: string, change: T): void;
  /**
   * The oldest change, or `undefined` once the queue was closed; one caller at a time.
   * @throws DomainError `rate_limited` when more keys waited than fit
   */
  take(): Promise<T | undefined>;
  /** Ends the queue and wakes who waits. */
  close(): void;
  /** How many changes wait. */
  readonly size: number;
}

const longestQueue = 256;

/**
 * Makes a {@link ChangeQueue}. A reader who is too slow for `limit` different keys is told so and ended: to drop some
 * of them silently would leave it with a stale picture for ever.
 */
export function createChangeQueue<T>(limit = longestQueue): ChangeQueue<T> {
  const waiting = new Map<string, T>();
  let closed = false;
  let overflowed = false;
  let wake = () => {};

  return {
    push(key, change) {
      if (closed || overflowed) return;
      if (waiting.size >= limit && !waiting.has(key)) {
        overflowed = true;
        waiting.clear();
      } else {
        waiting.set(key, change);
      }
      wake();
    },
    async take() {
      while (!closed && !overflowed && waiting.size === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (closed) return undefined;
      if (overflowed) {
        throw new DomainError(
          'rate_limited',
          `This stream fell behind by more than ${limit} changes; read the list anew and subscribe again.`,
        );
      }
      const [key, change] = waiting.entries().next().value!;
      waiting.delete(key);
      return change;
    },
    close() {
      closed = true;
      waiting.clear();
      wake();
    },
    get size() {
      return waiting.size;
    },
  };
}
