import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Pod } from '@kubernetes/client-node';
import type { ClusterClient } from './cluster-client.js';
import { isFault } from './cluster-error.js';
import type { PodWait } from './pod-wait.js';
import { waitingForQuota } from './pod-waiting.js';

/** The waits between attempts while the quota is used up. */
const firstRetryMs = 1_000;
const maxRetryMs = 10_000;

/**
 * Creates a Pod; waits while the quota of the namespace is used up.
 * @throws ClusterError; what `signal` was aborted with
 */
export async function createWithinQuota(
  body: V1Pod,
  { cluster, wait, signal }: { cluster: ClusterClient; wait: PodWait; signal: AbortSignal },
): Promise<V1Pod> {
  for (let delayMs = firstRetryMs; ; delayMs = Math.min(delayMs * 2, maxRetryMs)) {
    try {
      return await cluster.createPod(body);
    } catch (error) {
      if (!isFault(error, 'quota')) throw error;
      wait.waitFor(waitingForQuota);
      await sleep(delayMs, undefined, { signal }).catch(() => {});
      signal.throwIfAborted();
    }
  }
}
