import type { KernelStatus, StatusListener } from './kernel-status.js';

/** The status of a connection, who listens to it, and who waits for it. */
export interface StatusTracker {
  readonly status: KernelStatus;
  /** Changes the status and tells the listeners; `dead` is final. */
  set(status: KernelStatus, detail?: { reason: string }): void;
  listen(listener: StatusListener): () => void;
  /** Resolves when the status is one of `wanted`. @throws Error when it is `dead` first, or never in `timeoutMs` */
  until(wanted: KernelStatus[], timeoutMs: number, signal?: AbortSignal): Promise<void>;
}

/** Makes a {@link StatusTracker} that begins with `starting`. */
export function createStatusTracker(): StatusTracker {
  const listeners = new Set<StatusListener>();
  let status: KernelStatus = 'starting';

  function listen(listener: StatusListener): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  return {
    get status() {
      return status;
    },
    set(next, detail) {
      if (status === next || status === 'dead') return;
      status = next;
      for (const listener of [...listeners]) listener(next, detail);
    },
    listen,
    async until(wanted, timeoutMs, signal) {
      if (wanted.includes(status)) return;
      const limit = AbortSignal.timeout(timeoutMs);
      const end = signal ? AbortSignal.any([signal, limit]) : limit;
      end.throwIfAborted();
      let cleanUp = () => {};
      try {
        await new Promise<void>((resolve, reject) => {
          const abort = () => reject(end.reason);
          const unlisten = listen((next) => {
            if (wanted.includes(next)) resolve();
            else if (next === 'dead') reject(new Error('The kernel is dead.'));
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
    },
  };
}
