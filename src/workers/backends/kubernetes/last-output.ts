import type { V1Pod } from '@kubernetes/client-node';
import type { ClusterClient } from './cluster-client.js';
import { containerOf, failedBeforeServer } from './pod-status.js';

/**
 * The last lines that the container of an ended Pod printed, or the container that failed before it, without the token of the
 * server. Undefined while the container runs, and when the cluster does not give them. Never throws; takes 5 s at most.
 */
export async function lastOutputOf(
  pod: V1Pod,
  token: string,
  cluster: Pick<ClusterClient, 'readOutput'>,
): Promise<string | undefined> {
  const container = failedBeforeServer(pod) ?? containerOf(pod);
  if (!container?.state?.terminated) return undefined;
  const output = await cluster.readOutput(pod.metadata!.name!, container.name).catch(() => undefined);
  return output?.replaceAll(token, '[token]');
}
