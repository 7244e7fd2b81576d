import type { V1Pod } from '@kubernetes/client-node';
import type { ClusterClient } from './cluster-client.js';
import { containerOf, fetchingOf, hasFailedToFetch } from './pod-status.js';

/**
 * What the container of a Pod that has ended, or that failed to fetch the files, printed at last, without the token of its
 * server. Undefined while the container runs, and when the cluster does not give it. Never throws; takes 5 s at most.
 */
export async function lastOutputOf(
  pod: V1Pod,
  token: string,
  cluster: Pick<ClusterClient, 'readOutput'>,
): Promise<string | undefined> {
  const container = hasFailedToFetch(pod) ? fetchingOf(pod) : containerOf(pod);
  if (!container?.state?.terminated) return undefined;
  const output = await cluster.readOutput(pod.metadata!.name!, container.name).catch(() => undefined);
  return output?.replaceAll(token, '[token]');
}
