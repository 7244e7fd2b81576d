import type { V1ContainerStatus, V1Pod, V1PodCondition } from '@kubernetes/client-node';

/** The condition of that type, with its status and reason. */
export function conditionOf(pod: V1Pod, type: string): V1PodCondition | undefined {
  return pod.status?.conditions?.find((condition) => condition.type === type);
}

/** The state of the container with the server of a worker's Pod; absent until the Pod is on a node. */
export function containerOf(pod: V1Pod): V1ContainerStatus | undefined {
  return pod.status?.containerStatuses?.[0];
}

/** The state of a container that runs before the server; absent where there is none of that name. */
export function initContainerOf(pod: V1Pod, name: string): V1ContainerStatus | undefined {
  return pod.status?.initContainerStatuses?.find((container) => container.name === name);
}

/** The state of the container that runs before the server and waits, runs, or has failed; undefined when there is none. */
export function unfinishedOf(pod: V1Pod): V1ContainerStatus | undefined {
  return pod.status?.initContainerStatuses?.find(({ state }) => state?.terminated?.exitCode !== 0);
}

/** The state of the container that failed, so that the server of a Pod does not start; undefined when there is none. */
export function failedBeforeServer(pod: V1Pod): V1ContainerStatus | undefined {
  const container = unfinishedOf(pod);
  return container?.state?.terminated ? container : undefined;
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
 * What a Pod whose server has answered the gateway suffers from; undefined when nothing. For a node that is silent the control
 * plane changes the condition of the Pod, while the kubelet of a node that reports also changes the state of the container. A
 * node may also have become silent before it reported that the server has started.
 */
export function troubleOf(pod: V1Pod): PodTrouble | undefined {
  if (isReady(pod) || isEnding(pod)) return undefined;
  const { ready = false, started = false } = containerOf(pod) ?? {};
  return started && !ready ? 'server_silent' : 'node_silent';
}
