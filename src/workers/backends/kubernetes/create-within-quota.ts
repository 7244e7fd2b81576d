import { setTimeout as sleep } from 'node:timers/promises';
import { DoublingWait } from '../../../engines/events/doubling-wait.js';
import { isFault } from './cluster-error.js';
import type { PodStartProgress } from './pod-start-progress.js';
import { waitingForQuota } from './what-pod-waits-for.js';

/** The waits between attempts. */
const firstRetryMs = 400;
const maxRetryMs = 10_000;

/**
 * Creates an object; waits while the quota of the namespace is used up, and tries again when it has changed meanwhile.
 * @throws ClusterError; what `signal` was aborted with
 */
export async function createWithinQuota<T>(
  create: () => Promise<T>,
  { progress, signal }: { progress: PodStartProgress; signal: AbortSignal },
): Promise<T> {
  const retry = new DoublingWait(firstRetryMs, maxRetryMs);
  for (;;) {
    try {
      return await create();
    } catch (error) {
      if (isFault(error, 'quota')) progress.waitsFor(waitingForQuota);
      else if (!isFault(error, 'quota_unsettled')) throw error;
      // Others that were refused at the same time are to try at another one.
      await sleep(retry.next() * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => {});
      signal.throwIfAborted();
    }
  }
}
