import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { BesideRequest } from './beside-thread.js';

/**
 * Requests a path again and again on a connection of its own, and reports the maximum wait for an answer. It does so in a
 * thread, because the main thread is busy with large bodies itself.
 */
export class Beside {
  readonly #thread: Worker;
  readonly #result: Promise<number>;

  constructor(port: number, path: string, token?: string) {
    const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
    const source = new URL('beside-thread.ts', import.meta.url).href;
    // Threads of Node do not inherit the loader that runs the sources.
    const load = `import('tsx/esm/api').then(({ register }) => { register(); return import('${source}'); })`;
    this.#thread = new Worker(load, {
      eval: true,
      workerData: { port, path, headers } satisfies BesideRequest,
    });
    this.#result = once(this.#thread, 'message').then(([ms]) => ms as number);
    // `stop` reports it.
    this.#result.catch(() => {});
  }

  /** Resolves when the requests have begun. */
  async started(): Promise<void> {
    await once(this.#thread, 'online');
  }

  /** Ends the requests. @returns the maximum wait in milliseconds @throws Error when one was not answered with 200 */
  async stop(): Promise<number> {
    this.#thread.postMessage('stop');
    return this.#result;
  }
}
