import type { V1ContainerStatus, V1Pod, V1PodCondition } from '@kubernetes/client-node';

/** The condition of that type, with its status and reason. */
export function conditionOf(pod: V1Pod, type: string): V1PodCondition | undefined {
  return pod.status?.conditions?.find((condition) => condition.type === type);
}

/** The state of the container with the server of a worker's Pod; absent until the Pod is on a node. */
export function containerOf(pod: V1Pod): V1ContainerStatus | undefined {
  return pod.status?.containerStatuses?.[0];
}

/** The state of the container that fetches the files of a worker; absent where none does. */
export function fetchingOf(pod: V1Pod): V1ContainerStatus | undefined {
  return pod.status?.initContainerStatuses?.[0];
}

/** Whether the files of a Pod could not be fetched, so that its server does not start. */
export function hasFailedToFetch(pod: V1Pod): boolean {
  const { terminated } = fetchingOf(pod)?.state ?? {};
  return terminated !== undefined && terminated.exitCode !== 0;
}

/** Whether the server of a Pod answers. */
export function isReady(pod: V1Pod): boolean {
  return conditionOf(pod, 'Ready')?.status === 'True' && !isEnding(pod);
}

/** Whether the container of a Pod runs and has an address, so that its server may answer. */
export function isRunning(pod: V1Pod): boolean {
  return containerOf(pod)?.state?.running !== undefined && !!pod.status?.podIP;
}

/** Whether a Pod has ended, or was asked to. */
export function isEnding(pod: V1Pod): boolean {
  const { phase } = pod.status ?? {};
  return phase === 'Failed' || phase === 'Succeeded' || pod.metadata?.deletionTimestamp !== undefined;
}

/** What a Pod that runs suffers from: its node does not report any more, or its server does not answer. */
export type PodTrouble = 'node_silent' | 'server_silent';

/**
 * What a Pod that was ready suffers from; undefined when nothing. For a node that is silent the control plane changes the
 * condition of the Pod, while the kubelet of a node that reports also changes the state of the container.
 */
export function troubleOf(pod: V1Pod): PodTrouble | undefined {
  if (isReady(pod) || isEnding(pod)) return undefined;
  return containerOf(pod)?.ready ? 'node_silent' : 'server_silent';
}
