import { DomainError } from '../../errors.js';
import { FairLimit } from './fair-limit.js';
import { withTimeLimit } from './with-time-limit.js';

/** The bounds of {@link BoundedSlots}. */
export interface SlotBounds {
  /** How much work runs at the same time, in all and of one user. */
  slots: number;
  slotsPerUser: number;
  /** How much may wait, in all and of one user. */
  maxWaiting: number;
  maxWaitingPerUser: number;
  /** How long it may wait, in milliseconds. */
  maxWaitMs: number;
  /** The plural of the work, for the text of an error, e.g. `searches`. */
  work: string;
}

/** {@link FairLimit} for work of clients that holds its slot for long: how much waits, and how long, has a limit too. */
export class BoundedSlots {
  readonly #bounds: SlotBounds;
  readonly #limit: FairLimit;
  readonly #waitingOf = new Map<string, number>();
  #waiting = 0;

  constructor(bounds: SlotBounds) {
    this.#bounds = bounds;
    this.#limit = new FairLimit(bounds.slots, bounds.slotsPerUser);
  }

  /**
   * Waits for a slot.
   * @param signal ends the wait
   * @returns gives the slot back; to be called once, in `finally`
   * @throws DomainError `rate_limited` when too much work of the user waits, `overloaded` when too much waits in all or it
   *   waited too long
   */
  async enter(userId: string, signal?: AbortSignal): Promise<() => void> {
    const { maxWaiting, maxWaitingPerUser, maxWaitMs } = this.#bounds;
    if ((this.#waitingOf.get(userId) ?? 0) >= maxWaitingPerUser) throw this.#refusal('rate_limited');
    if (this.#waiting >= maxWaiting) throw this.#refusal('overloaded');
    this.#count(userId, 1);
    try {
      return await this.#slot(userId, withTimeLimit(signal, maxWaitMs));
    } catch (cause) {
      throw this.#refusal('overloaded', cause);
    } finally {
      this.#count(userId, -1);
    }
  }

  #slot(userId: string, signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const hold = () => new Promise<void>((release) => resolve(release));
      this.#limit.run(userId, hold, signal).catch(reject);
    });
  }

  #count(userId: string, change: 1 | -1): void {
    const own = (this.#waitingOf.get(userId) ?? 0) + change;
    if (own > 0) this.#waitingOf.set(userId, own);
    else this.#waitingOf.delete(userId);
    this.#waiting += change;
  }

  #refusal(code: 'rate_limited' | 'overloaded', cause?: unknown): DomainError {
    const whose = code === 'rate_limited' ? 'of your ' : '';
    const text = `Too many ${whose}${this.#bounds.work} run now; try again.`;
    return new DomainError(code, text, { retryAfterSeconds: 5, cause });
  }
}
