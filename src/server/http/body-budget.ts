import { DomainError } from '../../errors.js';

const mib = 1024 * 1024;

/** The bytes of request bodies that the gateway holds at the same time. */
export interface BodyBudgetLimits {
  /** Of all requests of one user; default 160 MiB. */
  perUser: number;
  /** Of all requests; default 512 MiB. */
  total: number;
}

/**
 * Counts the bytes of bodies from their arrival until their requests are answered. Not a `ByteBudget`: there each result is
 * counted as a whole, and a first one always has room. A body is counted piece by piece, and no piece may pass a limit.
 */
export class BodyBudget {
  readonly #limits: BodyBudgetLimits;
  readonly #byUser = new Map<string, number>();
  #total = 0;

  constructor({ perUser = 160 * mib, total = 512 * mib }: Partial<BodyBudgetLimits> = {}) {
    this.#limits = { perUser, total };
  }

  /** The bytes that are held now. */
  get held(): number {
    return this.#total;
  }

  /** @throws DomainError `rate_limited` when the user's bodies are too many, `overloaded` when everybody's are */
  take(userId: string, bytes: number): void {
    const { perUser, total } = this.#limits;
    const held = this.#byUser.get(userId) ?? 0;
    if (held + bytes > perUser) {
      const message = `Your unanswered requests have bodies of over ${perUser / mib} MiB; wait until some are answered.`;
      throw new DomainError('rate_limited', message, { retryAfterSeconds: 2 });
    }
    if (this.#total + bytes > total) {
      const message = 'The gateway is reading too many large bodies; try again.';
      throw new DomainError('overloaded', message, { retryAfterSeconds: 5 });
    }
    this.#byUser.set(userId, held + bytes);
    this.#total += bytes;
  }

  /** Gives back what {@link take} counted. */
  giveBack(userId: string, bytes: number): void {
    this.#total -= bytes;
    const left = (this.#byUser.get(userId) ?? 0) - bytes;
    if (left > 0) this.#byUser.set(userId, left);
    else this.#byUser.delete(userId);
  }
}
