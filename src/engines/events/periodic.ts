/** Does some work at intervals, never twice at the same time. It does not keep the process running. */
export class Periodic {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  readonly #periodMs: number;
  readonly #work: () => Promise<void>;

  /** @param work must not reject; while it goes on, the next time is left out */
  constructor(periodMs: number, work: () => Promise<void>) {
    this.#periodMs = periodMs;
    this.#work = work;
  }

  /** Does nothing when it has begun already. */
  begin(): void {
    this.#timer ??= setInterval(() => {
      this.#running ??= this.#work().finally(() => {
        this.#running = undefined;
      });
    }, this.#periodMs).unref();
  }

  /** Resolves when the work does not go on any more. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }
}
