import type { EventBus } from '../engines/events/event-bus.js';
import { WatchedElsewhere } from '../engines/events/watched-elsewhere.js';

/** The logs that are in use at any gateway, so that none prunes or removes them. */
export class LogsInUse {
  /** By execution: how many uses of its log there are here, with the other gateways that use it. */
  readonly #counts = new Map<string, number>();
  readonly #elsewhere: WatchedElsewhere<'logReaders'>;

  constructor(bus: EventBus) {
    this.#elsewhere = new WatchedElsewhere({
      bus,
      topic: 'logReaders',
      keyOf: ({ executionId }) => executionId,
      count: ({ executionId }) => this.#count(executionId),
    });
  }

  /**
   * A log is used at this gateway. The others hear of it after a second.
   * @returns what to call, once, when it is used no more
   */
  add(executionId: string): () => void {
    const leftHere = this.#count(executionId);
    const leftElsewhere = this.#elsewhere.viewerCame({ executionId });
    return () => {
      leftHere();
      leftElsewhere();
    };
  }

  /** The executions whose logs are used now. */
  list(): string[] {
    return [...this.#counts.keys()];
  }

  /** Reports that no log is used here any more. */
  close(): void {
    this.#elsewhere.close();
  }

  #count(executionId: string): () => void {
    this.#counts.set(executionId, (this.#counts.get(executionId) ?? 0) + 1);
    return () => {
      const left = this.#counts.get(executionId)! - 1;
      if (left > 0) this.#counts.set(executionId, left);
      else this.#counts.delete(executionId);
    };
  }
}
