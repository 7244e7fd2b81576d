import type { Logger } from 'pino';
import { FormerOwnerError } from '../engines/database/former-owner-error.js';
import { DoublingWait } from '../engines/events/doubling-wait.js';
import { sharedAbort } from '../engines/events/shared-abort.js';

const firstRetryMs = 200;
const maxRetryMs = 10_000;

/**
 * Tries the ends of workers again that the database did not accept: one for each worker, until it is written, another gateway
 * runs the workers, or {@link EndRetries.close} is called. The waits between the tries double from 0.2 s to 10 s.
 */
export class EndRetries {
  readonly #retrying = new Set<string>();
  readonly #closing = sharedAbort();

  readonly #deps: { log: Logger };

  constructor(deps: { log: Logger }) {
    this.#deps = deps;
  }

  /**
   * Tries an end in the background; does nothing where one of the same worker is tried already.
   * @param end throws what it could not write
   */
  begin(workerId: string, end: () => Promise<void>): void {
    if (this.#retrying.has(workerId)) return;
    this.#retrying.add(workerId);
    void this.#retry(workerId, end).finally(() => this.#retrying.delete(workerId));
  }

  /** Whether the end of a worker is not written yet, and is tried again. */
  has(workerId: string): boolean {
    return this.#retrying.has(workerId);
  }

  /** Ends the retries. What was not written is decided by the next process that runs the kernels. */
  close(): void {
    this.#closing.abort();
  }

  /** Never rejects. */
  async #retry(workerId: string, end: () => Promise<void>): Promise<void> {
    const { log } = this.#deps;
    const { signal } = this.#closing;
    const retry = new DoublingWait(firstRetryMs, maxRetryMs);
    for (;;) {
      await retry.wait(signal);
      if (signal.aborted) return;
      try {
        await end();
        log.info({ workerId }, 'the end of a worker is written now');
        return;
      } catch (err) {
        if (err instanceof FormerOwnerError) return;
        log.debug({ err, workerId }, 'the end of a worker is still not written');
      }
    }
  }
}
