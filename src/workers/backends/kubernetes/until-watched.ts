import type { ClusterClient } from './cluster-client.js';
import type { PodWatch } from './pod-watch.js';

const lookAgainMs = 1_000;

/**
 * Waits until the watch knows a Pod: from then on it reports its end. It says nothing of a Pod that was gone before it began, or
 * before somebody listened. While the API does not answer, it is asked again.
 * @param signal ends the wait, whose answer is true then
 * @returns false when there is no such Pod
 */
export async function untilWatched(
  name: string,
  { cluster, watch }: { cluster: Pick<ClusterClient, 'findPod'>; watch: PodWatch },
  signal: AbortSignal,
): Promise<boolean> {
  while (!signal.aborted && !watch.get(name)) {
    const isGone = await cluster.findPod(name).then(
      (pod) => pod === undefined,
      () => false,
    );
    if (isGone) return false;
    await watch.untilChanged(name, lookAgainMs, signal);
  }
  return true;
}
