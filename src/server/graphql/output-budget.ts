import { DomainError } from '../../errors.js';

const mib = 1024 * 1024;

/** The bytes of results that wait to be sent over sockets and in streams of events. */
export interface OutputLimits {
  /** Of one user, unless it is one result; default 160 MiB. */
  perUser: number;
  /** Of all users; default 512 MiB. */
  total: number;
  /** What each user may have waiting also when the total is reached; default 8 MiB. */
  always: number;
}

/** Bounds how much waits for slow clients, so that those of one user do not take it from others. */
export class OutputBudget {
  readonly #limits: OutputLimits;
  readonly #byUser = new Map<string, number>();
  #total = 0;

  constructor({ perUser = 160 * mib, total = 512 * mib, always = 8 * mib }: Partial<OutputLimits> = {}) {
    this.#limits = { perUser, total, always };
  }

  /** The bytes that wait now. */
  get held(): number {
    return this.#total;
  }

  /**
   * Counts a result that waits.
   * @returns ends that; call it once
   * @throws DomainError `rate_limited` when too much waits for the user, `overloaded` when too much waits for all
   */
  take(userId: string, bytes: number): () => void {
    const { perUser, total, always } = this.#limits;
    const own = this.#byUser.get(userId) ?? 0;
    if (own > 0 && own + bytes > perUser)
      throw new DomainError(
        'rate_limited',
        'Your clients have not read the results before; read them first.',
      );
    if (own + bytes > always && this.#total + bytes > total && this.#total > 0)
      throw new DomainError('overloaded', 'Too many results wait for slow clients; try again.');
    this.#byUser.set(userId, own + bytes);
    this.#total += bytes;
    return () => {
      this.#total -= bytes;
      const left = this.#byUser.get(userId)! - bytes;
      if (left > 0) this.#byUser.set(userId, left);
      else this.#byUser.delete(userId);
    };
  }
}
