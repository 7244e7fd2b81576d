import type { Logger } from 'pino';
import type { WorkerBackend } from './backend.js';

/** Stops the servers of workers; one that could not be stopped is tried again, ever more seldom, while this is open. */
export interface ServerStopper {
  /** Whether it could be stopped at once. Never throws. */
  stop(backend: WorkerBackend, workerId: string): Promise<boolean>;
  /** Ends the tries: what still runs then is stopped when the gateway starts again and finds no live row for it. */
  close(): void;
}

const firstRetryMs = 1_000;
const longestRetryMs = 60_000;

/** Makes a {@link ServerStopper}. */
export function createServerStopper(deps: { log: Logger }): ServerStopper {
  const retries = new Map<string, NodeJS.Timeout>();
  let closed = false;

  async function attempt(backend: WorkerBackend, workerId: string, delayMs: number): Promise<boolean> {
    clearTimeout(retries.get(workerId));
    retries.delete(workerId);
    try {
      await backend.stop(workerId);
      return true;
    } catch (error) {
      deps.log.error({ err: error, workerId }, 'a worker could not be stopped');
      if (!closed) {
        const next = Math.min(delayMs * 2, longestRetryMs);
        const retry = setTimeout(() => void attempt(backend, workerId, next), delayMs);
        retry.unref();
        retries.set(workerId, retry);
      }
      return false;
    }
  }

  return {
    stop: (backend, workerId) => attempt(backend, workerId, firstRetryMs),
    close() {
      closed = true;
      for (const retry of retries.values()) clearTimeout(retry);
    },
  };
}
