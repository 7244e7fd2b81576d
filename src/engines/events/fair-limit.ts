/** What waits for a slot. */
interface Waiting {
  enter(): void;
}

/**
 * Lets only so much work run at the same time, and shares it between users: a free slot goes to each user that waits in
 * rotation, so that nobody waits for all the work of another.
 * @example await limit.run(userId, () => start(), signal);
 */
export class FairLimit {
  readonly #slots: number;
  readonly #slotsPerUser: number;
  /** How many slots each user has; users without any are absent. */
  readonly #running = new Map<string, number>();
  /** In the order in which they get the next slot. A user without waiting work is absent. */
  readonly #waiting = new Map<string, Waiting[]>();
  #used = 0;

  /**
   * @param slots how much work runs at the same time, from 1
   * @param slotsPerUser how much of one user; default all but one slot, and at least one
   */
  constructor(slots: number, slotsPerUser = Math.max(1, slots - 1)) {
    this.#slots = slots;
    this.#slotsPerUser = slotsPerUser;
  }

  /**
   * Does some work once there is a slot for it. Work of one user begins in the order in which it came.
   * @throws what `signal` is aborted with while it waits, and what `work` throws
   */
  async run<T>(userId: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.#enter(userId, signal);
    try {
      return await work();
    } finally {
      this.#leave(userId);
    }
  }

  async #enter(userId: string, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const leaveQueue = () => {
        this.#forget(userId, waiting);
        reject(signal!.reason);
      };
      const enter = () => {
        signal?.removeEventListener('abort', leaveQueue);
        resolve();
      };
      const waiting = { enter };
      signal?.addEventListener('abort', leaveQueue, { once: true });
      this.#waiting.set(userId, [...(this.#waiting.get(userId) ?? []), waiting]);
      this.#admit();
    });
  }

  #leave(userId: string): void {
    const left = this.#running.get(userId)! - 1;
    if (left === 0) this.#running.delete(userId);
    else this.#running.set(userId, left);
    this.#used -= 1;
    this.#admit();
  }

  #admit(): void {
    while (this.#used < this.#slots) {
      const userId = this.#nextUser();
      if (userId === undefined) return;
      const [first, ...others] = this.#waiting.get(userId)!;
      // Deleted first, so that the user comes last again.
      this.#waiting.delete(userId);
      if (others.length > 0) this.#waiting.set(userId, others);
      this.#running.set(userId, (this.#running.get(userId) ?? 0) + 1);
      this.#used += 1;
      first!.enter();
    }
  }

  #nextUser(): string | undefined {
    for (const userId of this.#waiting.keys()) {
      if ((this.#running.get(userId) ?? 0) < this.#slotsPerUser) return userId;
    }
    return undefined;
  }

  #forget(userId: string, waiting: Waiting): void {
    const others = (this.#waiting.get(userId) ?? []).filter((one) => one !== waiting);
    if (others.length > 0) this.#waiting.set(userId, others);
    else this.#waiting.delete(userId);
  }
}
