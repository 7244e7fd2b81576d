import { withTimeLimit } from '../events/with-time-limit.js';
import { KernelExitError } from './kernel-exit-error.js';
import type { KernelStatus, StatusDetail, StatusListener } from './kernel-status.js';

/** The status of one kernel connection, from `starting` on, with its listeners. */
export class StatusTracker {
  readonly #listeners = new Set<StatusListener>();
  #current: KernelStatus = 'starting';

  get current(): KernelStatus {
    return this.#current;
  }

  /** Changes the status and calls the listeners. Nothing follows `dead`. */
  set(next: KernelStatus, detail?: StatusDetail): void {
    if (this.#current === next || this.#current === 'dead') return;
    this.#current = next;
    for (const listener of [...this.#listeners]) listener(next, detail);
  }

  /** Calls `listener` at each change. Returns the function that stops it. */
  listen(listener: StatusListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Waits until the status is one of `wanted`.
   * @throws KernelExitError when the kernel's process ends by itself before that; Error when the status becomes `dead` otherwise,
   *   or after `timeoutMs`; the reason of `signal` when it aborts
   */
  async until(wanted: KernelStatus[], timeoutMs: number, signal?: AbortSignal): Promise<void> {
    if (wanted.includes(this.#current)) return;
    const end = withTimeLimit(signal, timeoutMs);
    end.throwIfAborted();
    let cleanUp = () => {};
    try {
      await new Promise<void>((resolve, reject) => {
        const abort = () => reject(end.reason);
        const unlisten = this.listen((next, detail) => {
          if (wanted.includes(next)) resolve();
          else if (next === 'dead')
            reject(detail?.hasExited ? new KernelExitError() : new Error('The kernel is dead.'));
        });
        end.addEventListener('abort', abort);
        cleanUp = () => {
          unlisten();
          end.removeEventListener('abort', abort);
        };
      });
    } finally {
      cleanUp();
    }
  }
}
