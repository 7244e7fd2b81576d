const defaultLimit = 32;

/**
 * Bounds how many results wait for one slow client: the producer of a result waits here until there is room.
 * @example
 * await gate.admit();
 * queue.push(result);
 * // When the client has received it:
 * gate.sent();
 */
export class OutputGate {
  readonly #limit: number;
  #waiting = 0;
  #closed = false;
  #queue: (() => void)[] = [];

  /** @param limit how many results may wait; default 32 */
  constructor(limit = defaultLimit) {
    this.#limit = limit;
  }

  /** Waits until there is room for one more result. @throws Error when the gate is closed */
  async admit(): Promise<void> {
    while (!this.#closed && this.#waiting >= this.#limit) {
      await new Promise<void>((resolve) => this.#queue.push(resolve));
    }
    if (this.#closed) throw new Error('The stream was closed.');
    this.#waiting++;
  }

  /** Frees the room of one result, because the client has received it. */
  sent(): void {
    this.#waiting--;
    this.#queue.shift()?.();
  }

  /** Ends all waiting, now and later, with an error. */
  close(): void {
    this.#closed = true;
    for (const resolve of this.#queue) resolve();
    this.#queue = [];
  }
}
