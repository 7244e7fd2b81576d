import type { RemoteFaultCode } from '../engines/git/remote-fault.js';

const firstRetrySeconds = 30;
const longestRetrySeconds = 3600;
const mostRetries = 8;

/** Faults that may pass by themselves. */
const passing = new Set<RemoteFaultCode>([
  'host_unknown',
  'unreachable',
  'failing',
  'timed_out',
  'storage',
  'internal',
]);

/**
 * When a remote is to be synced again: after its interval, later and later while it fails. Without an interval it is
 * tried again 8 times, over some two hours, where the fault may pass. A tenth more or less, so that not all come at once.
 * @param after.failures attempts that failed since the last that did not
 * @param after.fault null when it went well
 * @returns null: when asked
 */
export function nextSync(
  after: { now: Date; failures: number; fault: RemoteFaultCode | null; intervalSeconds: number | null },
  random: () => number = Math.random,
): Date | null {
  const { now, failures, fault, intervalSeconds } = after;
  const retry = Math.min(firstRetrySeconds * 2 ** (failures - 1), longestRetrySeconds);
  let seconds = intervalSeconds;
  if (fault !== null && intervalSeconds !== null) seconds = Math.max(intervalSeconds, retry);
  else if (fault !== null && passing.has(fault) && failures <= mostRetries) seconds = retry;
  return seconds === null ? null : new Date(now.getTime() + seconds * 1000 * (0.9 + 0.2 * random()));
}
