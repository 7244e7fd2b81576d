import { DomainError } from '../../errors.js';

const defaultMaxKeys = 256;

/**
 * The changes that wait for one subscriber: only the newest for each key. A subscriber that is too slow for the maximum
 * number of keys gets an error: if the queue dropped some changes silently, the subscriber would show old data for ever.
 */
export class ChangeQueue<T> {
  readonly #maxKeys: number;
  readonly #waiting = new Map<string, T>();
  #closed = false;
  #overflowed = false;
  #wake = () => {};

  /** @param maxKeys the maximum number of different keys that wait, default 256 */
  constructor(maxKeys = defaultMaxKeys) {
    this.#maxKeys = maxKeys;
  }

  /** How many changes wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Adds a change; it replaces one of the same key that still waits, in the same position. Ignored after the end. */
  push(key: string, change: T): void {
    if (this.#closed || this.#overflowed) return;
    if (this.#waiting.size >= this.#maxKeys && !this.#waiting.has(key)) {
      this.#overflowed = true;
      this.#waiting.clear();
    } else {
      this.#waiting.set(key, change);
    }
    this.#wake();
  }

  /**
   * Removes and returns the oldest change, or waits for one; `undefined` when the queue was closed. One caller at a time.
   * @throws DomainError `rate_limited` when more than the maximum number of keys waited
   */
  async take(): Promise<T | undefined> {
    while (!this.#closed && !this.#overflowed && this.#waiting.size === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#closed) return undefined;
    if (this.#overflowed) throw this.#fellBehind();
    const [key, change] = this.#waiting.entries().next().value!;
    this.#waiting.delete(key);
    return change;
  }

  /** Ends the queue, also for a caller that waits. */
  close(): void {
    this.#closed = true;
    this.#waiting.clear();
    this.#wake();
  }

  #fellBehind(): DomainError {
    return new DomainError(
      'rate_limited',
      `This stream fell behind by more than ${this.#maxKeys} changes; read the list again and subscribe again.`,
    );
  }
}
