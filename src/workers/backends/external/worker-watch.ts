import type { WorkerExit } from '../../worker-exit.js';

/** Checks a worker once; says how it ended, or `undefined` while it runs. */
export type WorkerCheck = () => Promise<Omit<WorkerExit, 'workerId'> | undefined>;

/** Checks the workers of a backend periodically, and reports those that ended by themselves. */
export class WorkerWatch {
  readonly #checks = new Map<string, WorkerCheck>();
  readonly #listeners = new Set<(exit: WorkerExit) => void>();
  /** The workers that are being checked now. */
  readonly #checking = new Set<string>();
  readonly #timer: NodeJS.Timeout;

  constructor(periodMs: number) {
    this.#timer = setInterval(() => {
      for (const workerId of this.#checks.keys()) this.checkNow(workerId);
    }, periodMs);
    this.#timer.unref();
  }

  /** Checks a worker each period, until it has ended or {@link WorkerWatch.unfollow} is called. */
  follow(workerId: string, check: WorkerCheck): void {
    this.#checks.set(workerId, check);
  }

  /** Checks immediately, e.g. because a child process has ended. */
  checkNow(workerId: string): void {
    void this.#check(workerId);
  }

  unfollow(workerId: string): void {
    this.#checks.delete(workerId);
  }

  /** @returns the function that removes the listener */
  onExit(listener: (exit: WorkerExit) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends all checks; the workers run on. */
  close(): void {
    clearInterval(this.#timer);
    this.#checks.clear();
    this.#listeners.clear();
  }

  async #check(workerId: string): Promise<void> {
    const check = this.#checks.get(workerId);
    if (!check || this.#checking.has(workerId)) return;
    this.#checking.add(workerId);
    try {
      const exit = await check();
      if (!exit || this.#checks.get(workerId) !== check) return;
      this.#checks.delete(workerId);
      for (const listener of this.#listeners) listener({ workerId, ...exit });
    } finally {
      this.#checking.delete(workerId);
    }
  }
}
