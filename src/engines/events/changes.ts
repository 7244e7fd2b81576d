/** Whether something changed since the last {@link reset}; also true once `end` has aborted. */
export class Changes {
  #hasChanged = false;
  #wake = () => {};
  readonly #onEnd = () => this.#wake();

  readonly #end: AbortSignal;

  /** @param end ends all waits */
  constructor(end: AbortSignal) {
    this.#end = end;

    end.addEventListener('abort', this.#onEnd);
  }

  /** Whether there was a change since the last {@link reset}, or the end. */
  get isPending(): boolean {
    return this.#hasChanged || this.#end.aborted;
  }

  /** Reports a change. */
  notify(): void {
    this.#hasChanged = true;
    this.#wake();
  }

  /** Forgets the changes until now. */
  reset(): void {
    this.#hasChanged = false;
  }

  /** Waits until something is pending, or for `timeoutMs`. */
  async next(timeoutMs: number): Promise<void> {
    if (this.isPending) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Stops listening to `end`. */
  close(): void {
    this.#end.removeEventListener('abort', this.#onEnd);
  }
}
