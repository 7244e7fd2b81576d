/** Cells that are shorter than this are not worth the two writes of `busy` and `ready`. */
const writeDelayMs = 100;

/** Counts the cells that run on one worker, and who watches it, and has `busy` or `ready` written into its row. */
export class WorkerActivity {
  /** Whether its row says that it will be stopped as idle, which activity is to clear immediately. */
  isWarned = false;
  #cells = 0;
  #viewers = 0;
  #lastAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #written: Promise<unknown> = Promise.resolve();

  readonly #write: (status: 'busy' | 'ready') => Promise<unknown>;

  /** @param write must not throw; its calls never overlap */
  constructor(write: (status: 'busy' | 'ready') => Promise<unknown>) {
    this.#write = write;
  }

  /** Whether a cell runs, or somebody watches one of its sessions. */
  get isInUse(): boolean {
    return this.#cells > 0 || this.#viewers > 0;
  }

  /** When it was in use last, in milliseconds since 1970; 0 for never. */
  get lastAt(): number {
    return this.isInUse ? Date.now() : this.#lastAt;
  }

  /** A session of the worker started a cell. */
  cellStarted(): void {
    this.#cells += 1;
    this.#changed();
  }

  /** A cell that was counted has ended. */
  cellEnded(): void {
    this.#cells -= 1;
    this.#changed();
  }

  /** Somebody began to watch a session of the worker. */
  viewerCame(): void {
    this.#viewers += 1;
    // Alone, it changes no status and is written with the next sweep.
    if (this.isWarned) this.#changed();
  }

  /** Somebody who was counted watches no more. */
  viewerLeft(): void {
    this.#lastAt = Date.now();
    this.#viewers -= 1;
  }

  /** Writes immediately what a delay holds back. */
  async close(): Promise<void> {
    if (this.#timer) {
      clearTimeout(this.#timer);
      this.#writeNow();
    }
    await this.#written;
  }

  #changed(): void {
    this.#lastAt = Date.now();
    this.#timer ??= setTimeout(() => this.#writeNow(), writeDelayMs);
  }

  #writeNow(): void {
    this.#timer = undefined;
    const status = this.#cells > 0 ? 'busy' : 'ready';
    this.#written = this.#written.then(() => this.#write(status));
  }
}
