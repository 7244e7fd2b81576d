import type { RemoteFaultCode } from '../engines/git/remote-fault.js';

const firstRetrySeconds = 30;
const maxRetrySeconds = 3600;
const maxRetries = 8;

/** Faults that may disappear without a change of the settings. */
const transientFaults = new Set<RemoteFaultCode>([
  'host_unknown',
  'unreachable',
  'failing',
  'timed_out',
  'storage',
  'internal',
]);

/**
 * When a remote is due again. With an interval: after the interval, or after a longer delay that doubles with each failure,
 * at most 1 h. Without an interval: only after a transient fault, 8 times within about two hours. The delay varies by
 * 10 % at random, so that remotes do not become due all at the same time.
 * @param after.failures failed attempts since the last successful one
 * @param after.fault null after a success
 * @returns null: not before somebody requests it
 */
export function nextSync(
  after: { now: Date; failures: number; fault: RemoteFaultCode | null; intervalSeconds: number | null },
  random: () => number = Math.random,
): Date | null {
  const { now, failures, fault, intervalSeconds } = after;
  const retry = Math.min(firstRetrySeconds * 2 ** (failures - 1), maxRetrySeconds);
  let seconds = intervalSeconds;
  if (fault !== null && intervalSeconds !== null) seconds = Math.max(intervalSeconds, retry);
  else if (fault !== null && transientFaults.has(fault) && failures <= maxRetries) seconds = retry;
  return seconds === null ? null : new Date(now.getTime() + seconds * 1000 * (0.9 + 0.2 * random()));
}
