import type { V1Pod } from '@kubernetes/client-node';
import type { ExitReason } from '../../worker-exit.js';
import { fetchContainerName } from './fetch-container.js';
import { pipContainerName } from './package-pod.js';
import { packagesContainerName } from './packages-container.js';
import { conditionOf, containerOf, unfinishedOf } from './pod-status.js';

/** What a Pod that is not ready yet waits for. */
export interface PodWaiting {
  /** 0 to 100. */
  percent: number;
  /** A short phrase for people. */
  message: string;
  /** Why the start failed when the Pod still waits for this once the start has timed out. */
  onTimeout?: StartFailure;
  /** How long the Pod may wait for this, in ms, and why the start has failed then. */
  limit?: { ms: number; failure: StartFailure };
}

/** Why a start failed. */
export interface StartFailure {
  reason: ExitReason;
  /** One safe sentence. */
  detail: string;
}

/** Kubernetes tries again what fails, e.g. while a registry does not answer for a moment. */
const retryMs = 60_000;

const imageMissing: StartFailure = {
  reason: 'image_missing',
  detail: "The worker's image cannot be pulled; ask an admin to check the image of the profile.",
};
const notCreated: StartFailure = {
  reason: 'start_failed',
  detail: 'The cluster cannot create the container; ask an admin to check the image of the profile.',
};
const unschedulable: StartFailure = {
  reason: 'unschedulable',
  detail: 'No node has room for this worker; choose a smaller resource class, or try again later.',
};
const noVolume: StartFailure = {
  reason: 'unschedulable',
  detail:
    'The cluster has no volume for this worker; ask an admin to check the StorageClass of its resource class, or ' +
    'KUBERNETES_STORAGE_CLASS.',
};

/** What the quota of the namespace makes a worker wait for. */
export const waitingForQuota: PodWaiting = {
  percent: 5,
  message: 'The quota of the namespace is used up; waiting until there is room',
  onTimeout: {
    reason: 'unschedulable',
    detail: 'The quota of the namespace was used up; stop a worker, or choose a smaller resource class.',
  },
};

const pulling: PodWaiting = {
  percent: 40,
  message: 'The image cannot be pulled; trying again',
  limit: { ms: retryMs, failure: imageMissing },
};
const creating: PodWaiting = {
  percent: 40,
  message: 'The container cannot be created; trying again',
  limit: { ms: retryMs, failure: notCreated },
};
const hopeless = (waiting: PodWaiting, failure: StartFailure): PodWaiting => ({
  ...waiting,
  limit: { ms: 0, failure },
});

/** By the reason of a waiting container; the reasons that no time heals have a limit of 0. */
const byContainerReason: Record<string, PodWaiting> = {
  ErrImagePull: pulling,
  ImagePullBackOff: pulling,
  RegistryUnavailable: pulling,
  SignatureValidationFailed: hopeless(pulling, imageMissing),
  ErrImageNeverPull: hopeless(pulling, imageMissing),
  InvalidImageName: hopeless(pulling, imageMissing),
  ImageInspectError: pulling,
  CreateContainerConfigError: creating,
  CreateContainerError: creating,
  RunContainerError: creating,
};

/** By the name of a container that runs before the server. */
const whatRuns: Record<string, string> = {
  [pipContainerName]: 'Installing requirements.txt',
  [fetchContainerName]: 'Fetching the files of the branch',
  [packagesContainerName]: 'Copying the packages of requirements.txt',
};

/** What a Pod waits for that has not ended and is not ready. */
export function whatPodWaitsFor(pod: V1Pod): PodWaiting {
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (scheduled?.status !== 'True') {
    if (scheduled?.reason !== 'Unschedulable') return { percent: 15, message: 'Waiting for a node' };
    if (/persistent ?volume/i.test(scheduled.message ?? ''))
      return { percent: 15, message: 'Waiting for a volume', onTimeout: noVolume };
    return {
      percent: 15,
      message: 'No node has room for this worker; waiting for one',
      onTimeout: unschedulable,
    };
  }
  const first = unfinishedOf(pod);
  if (first?.state?.running)
    return { percent: 50, message: whatRuns[first.name] ?? 'Preparing the container' };
  const container = first ?? containerOf(pod);
  const known = byContainerReason[container?.state?.waiting?.reason ?? ''];
  if (known) return known;
  if (!container?.state?.running) return { percent: 40, message: 'Preparing the container' };
  return { percent: 70, message: 'Waiting for Jupyter' };
}
