import { DoublingWait } from '../engines/events/doubling-wait.js';

/** The waits before a failed synchronization is tried again double from the first to the last of these. */
const firstRetryMs = 1_000;
const maxRetryMs = 60_000;

/**
 * Keeps the folder of one worker at the tip of its branch. However often the branch moves, one synchronization runs,
 * and only one more waits. A failed one is repeated, also when the branch does not move.
 */
export class FollowedFolder {
  #running: Promise<void> | undefined;
  /** The branch moved while {@link running} ran. */
  #isOutdated = false;
  #isClosed = false;
  readonly #waits = new DoublingWait(firstRetryMs, maxRetryMs);
  #retry: NodeJS.Timeout | undefined;

  readonly #deps: { synchronize(): Promise<boolean>; unsubscribe(): void };

  /**
   * @param deps.synchronize brings the folder to the tip; false when that failed and is to be repeated. Never throws.
   * @param deps.unsubscribe called once, on close
   */
  constructor(deps: { synchronize(): Promise<boolean>; unsubscribe(): void }) {
    this.#deps = deps;
  }

  /** Synchronizes the folder now, or once more when it is being synchronized. */
  update(): void {
    if (this.#isClosed) return;
    if (this.#running) this.#isOutdated = true;
    else this.#running = this.#run();
  }

  /** Returns once nothing writes into the folder any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#deps.unsubscribe();
    clearTimeout(this.#retry);
    await this.#running;
  }

  async #run(): Promise<void> {
    do {
      clearTimeout(this.#retry);
      this.#isOutdated = false;
      if (await this.#deps.synchronize()) this.#waits.reset();
      else if (!this.#isClosed) this.#retryLater();
    } while (this.#isOutdated && !this.#isClosed);
    this.#running = undefined;
  }

  #retryLater(): void {
    this.#retry = setTimeout(() => this.update(), this.#waits.next());
    this.#retry.unref();
  }
}
