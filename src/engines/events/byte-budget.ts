import { DomainError } from '../../errors.js';

const mib = 1024 * 1024;

/** How many bytes may wait for clients. */
export interface ByteLimits {
  /** Of one user, unless it is a single one; default 160 MiB. */
  perUser: number;
  /** Of all users; default 512 MiB. */
  total: number;
  /** What each user may have waiting also when the total is reached; default 8 MiB. */
  always: number;
}

/** Bounds how much waits for slow clients, so that those of one user do not take it from others. */
export class ByteBudget {
  readonly #what: string;
  readonly #limits: ByteLimits;
  readonly #byUser = new Map<string, number>();
  #total = 0;

  /** @param what is counted, in the plural, for the text of an error, e.g. `results` */
  constructor(
    what: string,
    { perUser = 160 * mib, total = 512 * mib, always = 8 * mib }: Partial<ByteLimits> = {},
  ) {
    this.#what = what;
    this.#limits = { perUser, total, always };
  }

  /** The bytes that wait now. */
  get held(): number {
    return this.#total;
  }

  /**
   * Counts one of them that waits.
   * @returns ends that; call it once
   * @throws DomainError `rate_limited` when too much waits for the user, `overloaded` when too much waits for all
   */
  take(userId: string, bytes: number): () => void {
    const { perUser, total, always } = this.#limits;
    const own = this.#byUser.get(userId) ?? 0;
    if (own > 0 && own + bytes > perUser)
      throw new DomainError(
        'rate_limited',
        `Your clients have not read the ${this.#what} before; read them first.`,
      );
    if (own + bytes > always && this.#total + bytes > total && this.#total > 0)
      throw new DomainError('overloaded', `Too many ${this.#what} wait for slow clients; try again.`);
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
