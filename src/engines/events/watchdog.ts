/** Ends a stream on which nothing moves, whose client is too slow, or that takes too long. */
export interface Watchdog {
  /** Aborts when the caller's signal aborts, and when a limit is exceeded. */
  signal: AbortSignal;
  /** To be called before the gateway waits for the client to send or to take bytes. */
  wait(): void;
  /** To be called when something has moved. It ends a wait. @param bytes which the client has sent or gets */
  touch(bytes: number): void;
  /** To be called when the client has sent everything. From then on it waits for the gateway, at most five minutes. */
  work(): void;
  /** Stops watching; to be called in `finally`. */
  stop(): void;
}

const defaultIdleMs = 60_000;
const minBytesPerSecond = 16 * 1024;
const workMs = 5 * 60_000;
const totalMs = 30 * 60_000;

/**
 * Watches one clone, fetch, push or archive. It may be idle for a minute, and take half an hour in all. Its client may keep the
 * gateway waiting for a minute, and gains time again with what it moves: at 16 KiB a second, as much as it needs.
 * @param idleMs the time without a byte after which it is aborted, default a minute
 */
export function createWatchdog(signal: AbortSignal, idleMs = defaultIdleMs): Watchdog {
  const controller = new AbortController();
  const abort = () => controller.abort();
  let idle = setTimeout(abort, idleMs);
  const total = setTimeout(abort, totalMs);
  /** How long the client may still keep the gateway waiting. */
  let leftMs = idleMs;
  let waiting: { since: number; timer: NodeJS.Timeout } | undefined;
  const endWait = () => {
    if (!waiting) return;
    clearTimeout(waiting.timer);
    leftMs -= performance.now() - waiting.since;
    waiting = undefined;
  };
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  return {
    signal: controller.signal,
    wait() {
      endWait();
      waiting = { since: performance.now(), timer: setTimeout(abort, leftMs) };
    },
    touch(bytes) {
      endWait();
      leftMs = Math.min(idleMs, leftMs + (bytes * 1000) / minBytesPerSecond);
      if (!controller.signal.aborted) idle.refresh();
    },
    work() {
      endWait();
      clearTimeout(idle);
      idle = setTimeout(abort, workMs);
    },
    stop() {
      endWait();
      clearTimeout(idle);
      clearTimeout(total);
      signal.removeEventListener('abort', abort);
    },
  };
}
