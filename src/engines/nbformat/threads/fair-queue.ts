import { DomainError } from '../../../errors.js';

const mib = 1024 * 1024;

/** The bounds of a {@link FairQueue}. */
export interface FairQueueLimits {
  /** The jobs that run at the same time. */
  concurrency: number;
  /** The bytes that may wait or run: default 192 MiB of one user, 512 MiB in all. */
  bytesPerUser?: number;
  totalBytes?: number;
}

interface Job {
  bytes: number;
  run(): Promise<void>;
}

/** Runs jobs in the order in which they came, but one of each user in turn, so that nobody waits for all jobs of another. */
export class FairQueue {
  readonly #limits: Required<FairQueueLimits>;
  /** The waiting jobs by user; the users in the order in which they are next. */
  readonly #waiting = new Map<string, Job[]>();
  readonly #bytes = new Map<string, number>();
  #totalBytes = 0;
  #running = 0;

  constructor({ concurrency, bytesPerUser = 192 * mib, totalBytes = 512 * mib }: FairQueueLimits) {
    this.#limits = { concurrency, bytesPerUser, totalBytes };
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
    return new Promise<T>((resolve, reject) => {
      const job: Job = { bytes, run: () => work().then(resolve, reject) };
      const jobs = this.#waiting.get(userId);
      if (jobs) jobs.push(job);
      else this.#waiting.set(userId, [job]);
      this.#next();
    });
  }

  #next(): void {
    while (this.#running < this.#limits.concurrency) {
      const [first] = this.#waiting;
      if (!first) return;
      const [userId, jobs] = first;
      const job = jobs.shift()!;
      this.#waiting.delete(userId);
      if (jobs.length > 0) this.#waiting.set(userId, jobs);
      this.#running++;
      job.run().finally(() => {
        this.#running--;
        this.#count(userId, -job.bytes);
        this.#next();
      });
    }
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
