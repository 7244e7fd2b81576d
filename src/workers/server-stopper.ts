import type { Logger } from 'pino';
import { DoublingWait } from '../engines/events/doubling-wait.js';
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

  /**
   * Never throws.
   * @returns null when the server was stopped immediately; else what resolves when the retries end: to whether they stopped it
   */
  async stop(backend: WorkerBackend, workerId: string): Promise<{ later: Promise<boolean> } | null> {
    this.#endRetries(workerId);
    if (await this.#attempt(backend, workerId)) return null;
    return { later: this.#retry(backend, workerId) };
  }

  /** Whether the server of a worker could not be stopped yet, and is tried again. */
  isRetrying(workerId: string): boolean {
    return this.#retries.has(workerId);
  }

  /** Ends the retries. A server that still runs is stopped by the next process that runs the kernels, as no row claims it. */
  close(): void {
    this.#closing.abort();
  }

  #endRetries(workerId: string): void {
    this.#retries.get(workerId)?.abort();
    this.#retries.delete(workerId);
  }

  async #retry(backend: WorkerBackend, workerId: string): Promise<boolean> {
    // Another call of `stop` may have begun its own meanwhile.
    this.#endRetries(workerId);
    const own = new AbortController();
    this.#retries.set(workerId, own);
    const signal = AbortSignal.any([own.signal, this.#closing.signal]);
    const retry = new DoublingWait(firstRetryMs, maxRetryMs);
    let isStopped = false;
    do {
      await retry.wait(signal);
      if (!signal.aborted) isStopped = await this.#attempt(backend, workerId);
    } while (!signal.aborted && !isStopped);
    if (this.#retries.get(workerId) === own) this.#retries.delete(workerId);
    return isStopped;
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
