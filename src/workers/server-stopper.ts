import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { WorkerBackend } from './backend.js';

const firstRetryMs = 1_000;
const maxRetryMs = 60_000;

/**
 * Stops the servers of workers. One that could not be stopped is tried again in the background until it is stopped or
 * {@link ServerStopper.close} is called; the waits between the tries double from 1 s to 60 s.
 */
export class ServerStopper {
  readonly #retries = new Map<string, AbortController>();
  readonly #closing = new AbortController();

  readonly #deps: { log: Logger };

  constructor(deps: { log: Logger }) {
    this.#deps = deps;
  }

  /** Never throws. @returns whether the server was stopped immediately */
  async stop(backend: WorkerBackend, workerId: string): Promise<boolean> {
    this.#endRetries(workerId);
    if (await this.#attempt(backend, workerId)) return true;
    void this.#retry(backend, workerId);
    return false;
  }

  /** Ends the retries. A server that still runs is stopped at the next start of the gateway, as no row claims it. */
  close(): void {
    this.#closing.abort();
  }

  #endRetries(workerId: string): void {
    this.#retries.get(workerId)?.abort();
    this.#retries.delete(workerId);
  }

  async #retry(backend: WorkerBackend, workerId: string): Promise<void> {
    // Another call of `stop` may have begun its own meanwhile.
    this.#endRetries(workerId);
    const own = new AbortController();
    this.#retries.set(workerId, own);
    const signal = AbortSignal.any([own.signal, this.#closing.signal]);
    let delayMs = firstRetryMs;
    do {
      await sleep(delayMs, undefined, { signal, ref: false }).catch(() => {});
      delayMs = Math.min(delayMs * 2, maxRetryMs);
    } while (!signal.aborted && !(await this.#attempt(backend, workerId)));
    if (this.#retries.get(workerId) === own) this.#retries.delete(workerId);
  }

  async #attempt(backend: WorkerBackend, workerId: string): Promise<boolean> {
    try {
      await backend.stop(workerId);
      return true;
    } catch (error) {
      this.#deps.log.error({ err: error, workerId }, 'a worker could not be stopped');
      return false;
    }
  }
}
