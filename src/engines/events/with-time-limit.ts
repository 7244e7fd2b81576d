/**
 * A signal that aborts as `signal` does, and after `ms` with a `TimeoutError`. Use it where `AbortSignal.any` would join a
 * signal and an `AbortSignal.timeout`.
 */
export function withTimeLimit(signal: AbortSignal | undefined, ms: number): AbortSignal {
  const timeout = AbortSignal.timeout(ms);
  if (!signal) return timeout;
  // `AbortSignal.any` does not keep its sources alive: on Node 20 a timeout without a listener of its own is garbage
  // collected, and then nothing ever aborts.
  timeout.addEventListener('abort', () => {}, { once: true });
  return AbortSignal.any([signal, timeout]);
}
