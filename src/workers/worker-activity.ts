/** Cells that are shorter than this are not worth the two writes of `busy` and `ready`. */
const writeDelayMs = 100;

/** Counts the cells that run on one worker, and has `busy` or `ready` written into its row. */
export class WorkerActivity {
  #running = 0;
  #timer: NodeJS.Timeout | undefined;
  #written: Promise<unknown> = Promise.resolve();

  readonly #write: (status: 'busy' | 'ready') => Promise<unknown>;

  /** @param write must not throw; its calls never overlap */
  constructor(write: (status: 'busy' | 'ready') => Promise<unknown>) {
    this.#write = write;
  }

  /** A session of the worker started a cell. */
  cellStarted(): void {
    this.#count(1);
  }

  /** A cell that was counted has ended. */
  cellEnded(): void {
    this.#count(-1);
  }

  /** Writes at once what a delay holds back. */
  async close(): Promise<void> {
    if (this.#timer) {
      clearTimeout(this.#timer);
      this.#writeNow();
    }
    await this.#written;
  }

  #count(change: 1 | -1): void {
    this.#running += change;
    this.#timer ??= setTimeout(() => this.#writeNow(), writeDelayMs);
  }

  #writeNow(): void {
    this.#timer = undefined;
    const status = this.#running > 0 ? 'busy' : 'ready';
    this.#written = this.#written.then(() => this.#write(status));
  }
}
