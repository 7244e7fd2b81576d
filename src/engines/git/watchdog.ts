/** What ends a stream that stands still or takes too long. */
export interface Watchdog {
  /** Aborts when the caller's signal does, and when a bound is passed. */
  signal: AbortSignal;
  /** To be called when something moved. */
  touch(): void;
  /** To be called when the client has sent all: from then on it waits for us, five minutes at the most. */
  work(): void;
  /** Ends the watch; to be called in `finally`. */
  stop(): void;
}

const defaultIdleMs = 60_000;
const workMs = 5 * 60_000;
const totalMs = 30 * 60_000;

/**
 * Watches over one clone, fetch or push: a minute idle and half an hour in all is the most that it may take.
 * @param idleMs how long nothing may move, default a minute
 */
export function createWatchdog(signal: AbortSignal, idleMs = defaultIdleMs): Watchdog {
  const controller = new AbortController();
  const abort = () => controller.abort();
  let idle = setTimeout(abort, idleMs);
  const total = setTimeout(abort, totalMs);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  return {
    signal: controller.signal,
    touch: () => {
      if (!controller.signal.aborted) idle.refresh();
    },
    work() {
      clearTimeout(idle);
      idle = setTimeout(abort, workMs);
    },
    stop() {
      clearTimeout(idle);
      clearTimeout(total);
      signal.removeEventListener('abort', abort);
    },
  };
}
