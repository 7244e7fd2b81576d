const firstDelayMs = 100;
/** A busy space has many events a second, and one answer has all of them. */
const minIntervalMs = 2_000;
const maxRetryMs = 30_000;

/**
 * Loads again after changes, at most every two seconds; while that fails it tries again, at first soon, later every half
 * minute.
 */
export class PacedLoad {
  readonly #load: () => Promise<boolean>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastMs = 0;
  #failures = 0;
  #isClosed = false;

  /** @param load resolves to whether the gateway answered */
  constructor(load: () => Promise<boolean>) {
    this.#load = load;
  }

  /** Whether it was closed: what is loaded then is of no use. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Loads as soon as it may. Calls before that are the same one. */
  soon(): void {
    if (this.#isClosed || this.#timer !== undefined) return;
    const interval = Math.min(maxRetryMs, minIntervalMs * 2 ** this.#failures);
    const wait = Math.max(firstDelayMs, this.#lastMs + interval - Date.now());
    this.#timer = setTimeout(() => void this.#run(), wait);
  }

  /** Ends it, tries again included. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    this.#lastMs = Date.now();
    this.#timer = undefined;
    if (await this.#load()) this.#failures = 0;
    else {
      this.#failures += 1;
      this.soon();
    }
  }
}
