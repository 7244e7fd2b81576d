/** Ends a stream on which nothing moves, or that takes too long. */
export interface Watchdog {
  /** Aborts when the caller's signal aborts, and when a limit is exceeded. */
  signal: AbortSignal;
  /** To be called when bytes were received or sent. */
  touch(): void;
  /** To be called when the client has sent everything. From then on it waits for the gateway, at most five minutes. */
  work(): void;
  /** Stops watching; to be called in `finally`. */
  stop(): void;
}

const defaultIdleMs = 60_000;
const workMs = 5 * 60_000;
const totalMs = 30 * 60_000;

/**
 * Watches one clone, fetch or push. It may be idle for a minute, and take half an hour in all.
 * @param idleMs the time without a byte after which it is aborted, default a minute
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
