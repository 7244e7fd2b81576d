/** The starts of a backend's workers that are still going on: a stop aborts the start of its worker and waits for its end. */
export class RunningStarts {
  readonly #starts = new Map<string, { aborter: AbortController; ended: Promise<unknown> }>();

  /** Whether a worker is being started. */
  has(workerId: string): boolean {
    return this.#starts.has(workerId);
  }

  /**
   * Starts a worker.
   * @param start gets a signal that aborts as `signal` does, and at a stop of the worker
   * @throws what `start` throws
   */
  async run<T>(
    workerId: string,
    signal: AbortSignal,
    start: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const aborter = new AbortController();
    const starting = start(AbortSignal.any([signal, aborter.signal]));
    this.#starts.set(workerId, { aborter, ended: starting.catch(() => {}) });
    try {
      return await starting;
    } finally {
      this.#starts.delete(workerId);
    }
  }

  /** Aborts the start of a worker, and returns when it has ended; does nothing when there is none. Never throws. */
  async stop(workerId: string): Promise<void> {
    const start = this.#starts.get(workerId);
    start?.aborter.abort();
    await start?.ended;
  }
}
