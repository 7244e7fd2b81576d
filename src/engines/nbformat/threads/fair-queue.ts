import { DomainError } from '../../../errors.js';
import { FairLimit } from '../../events/fair-limit.js';

const mib = 1024 * 1024;

/** The bounds of a {@link FairQueue}. */
export interface FairQueueLimits {
  /** The jobs that run at the same time. */
  concurrency: number;
  /** The bytes that may wait or run: default 192 MiB of one user, 512 MiB in all. */
  bytesPerUser?: number;
  totalBytes?: number;
}

/** {@link FairLimit} for jobs whose input takes memory while they wait: it is bounded, of each user and in all. */
export class FairQueue {
  readonly #limits: Required<FairQueueLimits>;
  readonly #slots: FairLimit;
  readonly #bytes = new Map<string, number>();
  #totalBytes = 0;

  constructor({ concurrency, bytesPerUser = 192 * mib, totalBytes = 512 * mib }: FairQueueLimits) {
    this.#limits = { concurrency, bytesPerUser, totalBytes };
    this.#slots = new FairLimit(concurrency, concurrency);
  }

  /**
   * Runs a job when its user's time has come.
   * @param bytes how much memory its input has
   * @throws DomainError `rate_limited` when the user's jobs are too large together, `overloaded` when everybody's are
   */
  run<T>(userId: string, bytes: number, work: () => Promise<T>): Promise<T> {
    const own = this.#bytes.get(userId) ?? 0;
    if (own > 0 && own + bytes > this.#limits.bytesPerUser) throw tooMany('rate_limited');
    if (this.#totalBytes > 0 && this.#totalBytes + bytes > this.#limits.totalBytes)
      throw tooMany('overloaded');
    this.#count(userId, bytes);
    return this.#slots.run(userId, work).finally(() => this.#count(userId, -bytes));
  }

  #count(userId: string, bytes: number): void {
    const own = (this.#bytes.get(userId) ?? 0) + bytes;
    if (own > 0) this.#bytes.set(userId, own);
    else this.#bytes.delete(userId);
    this.#totalBytes += bytes;
  }
}

function tooMany(code: 'rate_limited' | 'overloaded'): DomainError {
  const whose = code === 'rate_limited' ? 'of your large notebooks are' : 'large notebooks are';
  return new DomainError(code, `Too many ${whose} being read or saved; try again.`, { retryAfterSeconds: 2 });
}
