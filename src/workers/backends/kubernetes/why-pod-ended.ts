import type { V1Pod } from '@kubernetes/client-node';
import type { ExitReason } from '../../worker-exit.js';
import { packagesContainerName } from './packages-container.js';
import { conditionOf, containerOf, failedBeforeServer } from './pod-status.js';

/** Why a Pod ended. */
export interface PodEnd {
  reason: ExitReason;
  /** One safe sentence. */
  detail: string;
}

const ends = {
  out_of_memory: 'The worker used more memory than its resource class allows; use a larger class.',
  storage_exceeded: 'The worker wrote more than its resource class allows; use a larger class.',
  evicted: 'The cluster evicted the worker from its node; start a new worker.',
  preempted: 'The cluster removed the worker in favour of a more important Pod; start a new worker.',
  deadline_exceeded: 'The cluster ended the worker at the deadline that it sets; start a new worker.',
  node_lost: 'The node of the worker does not answer any more; start a new worker.',
  exited: 'The Jupyter server of this worker ended by itself; start a new worker.',
  lost: 'The Pod of this worker was deleted; start a new worker.',
  start_failed: 'The container could not run its program; ask an admin to check the image of the profile.',
  unschedulable: 'The node had no room for this worker any more; start a new worker.',
} satisfies Partial<Record<ExitReason, string>>;

/** The status of `deploy/worker/fetch_files` when the volume was full: ENOSPC. */
const diskFullStatus = 28;

const notFetched: PodEnd = {
  reason: 'start_failed',
  detail: 'The Pod could not fetch its files from the gateway; ask an admin to check KUBERNETES_GATEWAY_URL.',
};

const notUnpacked: PodEnd = {
  reason: 'start_failed',
  detail: 'The Pod could not unpack its packages; start a new worker.',
};

type EndReason = keyof typeof ends;

/** By the reason of the condition `DisruptionTarget`. */
const disruptions: Record<string, EndReason> = {
  PreemptionByScheduler: 'preempted',
  DeletionByTaintManager: 'node_lost',
  DeletionByPodGC: 'node_lost',
  EvictionByEvictionAPI: 'evicted',
  TerminationByKubelet: 'evicted',
};

/** By the reason of a failed Pod. */
const failures: Record<string, EndReason> = {
  DeadlineExceeded: 'deadline_exceeded',
  Evicted: 'evicted',
  Preempting: 'preempted',
  NodeLost: 'node_lost',
  NodeShutdown: 'evicted',
  Terminated: 'evicted',
  UnexpectedAdmissionError: 'unschedulable',
};

/** A {@link PodEnd} of that reason. */
export function endOf(reason: EndReason): PodEnd {
  return { reason, detail: ends[reason] };
}

/**
 * Why a Pod ended that nobody asked this gateway to stop, by the last state that is known.
 * @see https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-conditions
 */
export function whyPodEnded(pod: V1Pod): PodEnd {
  const reason = reasonOfEnd(pod);
  const failed = failedBeforeServer(pod);
  if (reason !== 'exited' || !failed) return endOf(reason);
  if (failed.name === packagesContainerName) return notUnpacked;
  const isFull = failed.state?.terminated?.exitCode === diskFullStatus;
  return isFull ? endOf('storage_exceeded') : notFetched;
}

function reasonOfEnd(pod: V1Pod): EndReason {
  const { reason = '', message = '', phase } = pod.status ?? {};
  // The kubelet also calls it an eviction when a worker fills its own volumes.
  if (reason === 'Evicted' && /exceeds the (total )?limit|exceeds .*local ephemeral storage/i.test(message))
    return 'storage_exceeded';
  const disruption = conditionOf(pod, 'DisruptionTarget');
  if (disruption?.status === 'True') return disruptions[disruption.reason ?? ''] ?? 'evicted';
  if (reason.startsWith('OutOf')) return 'unschedulable';
  const failure = failures[reason];
  if (failure) return failure;
  if (phase !== 'Failed' && phase !== 'Succeeded') return 'lost';
  return reasonOfContainerEnd(pod);
}

/** A deleted Pod may say `OOMKilled` of a kernel that ended long ago, so its container is no evidence. */
function reasonOfContainerEnd(pod: V1Pod): EndReason {
  if (pod.metadata?.deletionTimestamp !== undefined) return 'lost';
  const container = failedBeforeServer(pod) ?? containerOf(pod);
  const { reason, exitCode } = container?.state?.terminated ?? {};
  if (reason === 'OOMKilled' && exitCode !== 0) return 'out_of_memory';
  if (reason === 'StartError' || reason === 'ContainerCannotRun') return 'start_failed';
  return 'exited';
}
