const firstDelayMs = 250;
const maxDelayMs = 10_000;

/** The waits between attempts: twice as long after each failure, with chance, so that many clients do not come together. */
export class Backoff {
  readonly #giveUpAfterMs: number;
  #failures = 0;
  #lastDelayMs = 0;
  #since: number | undefined;

  /** @param giveUpAfterMs how long attempts may fail in a row */
  constructor(giveUpAfterMs: number) {
    this.#giveUpAfterMs = giveUpAfterMs;
  }

  /** An attempt succeeded. */
  reset(): void {
    this.#failures = 0;
    this.#since = undefined;
  }

  /** An attempt has ended that was connected for so long: it succeeded when that is longer than the last wait. */
  lasted(ms: number): void {
    if (ms > this.#lastDelayMs) this.reset();
  }

  /** Waits after a failure. @throws the failure, when attempts have failed for too long; the reason of the signal */
  async wait(failure: unknown, signal: AbortSignal | undefined): Promise<void> {
    this.#since ??= Date.now();
    if (Date.now() - this.#since > this.#giveUpAfterMs) throw failure;
    const delay = Math.min(maxDelayMs, firstDelayMs * 2 ** Math.min(this.#failures++, 10));
    this.#lastDelayMs = delay * (0.75 + Math.random() / 2);
    await pause(this.#lastDelayMs, signal);
  }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    const abort = () => {
      end();
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      end();
      resolve();
    }, ms);
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}
