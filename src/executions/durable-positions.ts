/**
 * How far the messages of one kernel are durable, over the logs that they belong to: the relay may forget them up to there.
 * A log is any key that stands for what waits to be written.
 */
export class DurablePositions {
  /** The logs with events that are not durable yet. */
  readonly #waiting = new Map<string, { received: number; durable: number }>();
  #highest = 0;
  #acknowledged = 0;

  readonly #acknowledge: (position: number) => void;

  /** @param acknowledge is called with a position up to which everything is durable; each time a higher one */
  constructor(acknowledge: (position: number) => void) {
    this.#acknowledge = acknowledge;
  }

  /** A message that belongs to a log has arrived. The positions of one log never decrease. */
  received(log: string, position: number): void {
    const waiting = this.#waiting.get(log);
    if (waiting) waiting.received = position;
    else this.#waiting.set(log, { received: position, durable: Math.min(this.#highest, position - 1) });
    this.#highest = Math.max(this.#highest, position);
  }

  /** Acknowledges nothing that arrives from now on until the log is written, whose end depends on it. */
  hold(log: string): void {
    const waiting = this.#waiting.get(log);
    if (waiting) waiting.received = Number.POSITIVE_INFINITY;
    else this.#waiting.set(log, { received: Number.POSITIVE_INFINITY, durable: this.#highest });
  }

  /** Everything of a log up to a position is durable, or will never be. */
  written(log: string, position: number): void {
    const waiting = this.#waiting.get(log);
    if (!waiting) return;
    waiting.durable = Math.max(waiting.durable, position);
    if (waiting.durable >= waiting.received) this.#waiting.delete(log);
    const all = [...this.#waiting.values()].map(({ durable }) => durable);
    const until = Math.min(this.#highest, ...all);
    if (until <= this.#acknowledged) return;
    this.#acknowledged = until;
    this.#acknowledge(until);
  }
}
