import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { V1Pod } from '@kubernetes/client-node';
import { DomainError } from '../../../errors.js';
import { tooLarge } from '../environments/build-limits.js';
import { environmentFailed } from '../environments/environment-failed.js';
import { tooLargeStatus } from '../environments/pip-program.js';
import type { ClusterClient } from './cluster-client.js';
import { isFault } from './cluster-error.js';
import { createWithinQuota } from './create-within-quota.js';
import { fetchArchive } from './exchange-archive.js';
import {
  type PackagePodOptions,
  packagePod,
  pipContainerName,
  pipMemoryMb,
  requirementsKey,
} from './package-pod.js';
import { endpointOf } from './pod-endpoint.js';
import { PodStartProgress } from './pod-start-progress.js';
import { initContainerOf, isEnding, isRunning } from './pod-status.js';
import type { PodWatch } from './pod-watch.js';
import { whatPodWaitsFor } from './what-pod-waits-for.js';
import { whyPodEnded } from './why-pod-ended.js';
import { type GatewayPeer, packagesNetworkPolicy } from './worker-network-policy.js';
import { podSecret } from './worker-secret.js';

/** After this time without a change the state is looked at again. */
const lookAgainMs = 2_000;

/** What {@link installInPod} works with. */
export interface InstallInPodDeps {
  cluster: ClusterClient;
  watch: PodWatch;
  gateway: GatewayPeer;
  /** The networks of package indexes that have no public address. */
  indexCidrs: readonly string[];
}

/** What {@link installInPod} installs. */
export interface PackagePodInstallation extends PackagePodOptions {
  /** The checked text of a `requirements.txt`. */
  requirements: string;
  /** Called with what the Pod waits for or does, at each change. */
  report(message: string): void;
}

/**
 * Installs packages in a Pod, which the caller removes.
 * @param keep is called with the archive where pip succeeded
 * @returns whether it succeeded, and the end of what pip printed
 * @throws DomainError `runtime_unavailable`, with the reason `environment_failed` where the packages are at fault; what
 *   `signal` was aborted with
 */
export async function installInPod(
  deps: InstallInPodDeps,
  { requirements, report, ...options }: PackagePodInstallation,
  keep: (archive: IncomingMessage) => Promise<void>,
  signal: AbortSignal,
): Promise<{ succeeded: boolean; output: string }> {
  const { cluster, gateway, indexCidrs } = deps;
  const token = randomBytes(32).toString('hex');
  const progress = new PodStartProgress((_, message) => report(message));
  const install = async () => {
    const within = { progress, signal };
    const created = await createWithinQuota(() => cluster.createPod(packagePod(options)), within);
    const policy = packagesNetworkPolicy(created, gateway, indexCidrs);
    await createWithinQuota(() => cluster.createNetworkPolicy(policy), within);
    signal.throwIfAborted();
    const secret = podSecret(created, token, { [requirementsKey]: requirements });
    await createWithinQuota(() => cluster.createSecret(secret), within);
    return untilInstalled(deps, created, progress, signal);
  };
  const pod = await install().catch((error) => {
    throw progress.explain(error);
  });
  if (isEnding(pod)) return { succeeded: false, output: await outputOf(pod, cluster) };
  await fetchArchive(endpointOf(pod, token), keep, signal).catch((error) => {
    signal.throwIfAborted();
    throw error instanceof DomainError ? error : notRead(error);
  });
  return { succeeded: true, output: '' };
}

/** @returns the Pod once it has ended, or its packages can be fetched */
async function untilInstalled(
  deps: InstallInPodDeps,
  created: V1Pod,
  progress: PodStartProgress,
  signal: AbortSignal,
): Promise<V1Pod> {
  const name = created.metadata!.name!;
  for (let pod = created; ; pod = await look(deps, name, pod)) {
    signal.throwIfAborted();
    if (isEnding(pod) || isRunning(pod)) return pod;
    progress.waitsFor(whatPodWaitsFor(pod));
    await deps.watch.untilChanged(name, lookAgainMs, signal);
  }
}

/** Asks the API itself while the watch has not seen the Pod. */
async function look({ cluster, watch }: InstallInPodDeps, name: string, last: V1Pod): Promise<V1Pod> {
  const known = watch.get(name);
  if (known) return known;
  const found = await cluster.findPod(name).catch((error) => {
    if (isFault(error, 'unreachable')) return last;
    throw error;
  });
  if (!found) throw removed();
  return found;
}

/** What pip printed. @throws DomainError where it was not pip that failed */
async function outputOf(pod: V1Pod, cluster: ClusterClient): Promise<string> {
  if (whyPodEnded(pod).reason === 'storage_exceeded') throw tooLarge();
  const ended = initContainerOf(pod, pipContainerName)?.state?.terminated;
  if (!ended || ended.exitCode === 0 || pod.metadata?.deletionTimestamp) throw removed();
  if (ended.reason === 'OOMKilled')
    throw environmentFailed(`pip needed more than ${pipMemoryMb} MiB of memory`);
  if (ended.exitCode === tooLargeStatus) throw tooLarge();
  // That pip failed is known, also where the cluster cannot say any more what it printed.
  return cluster.readOutput(pod.metadata!.name!, pipContainerName).catch(() => '');
}

function removed(): DomainError {
  const message = 'The cluster ended the Pod that installed requirements.txt; start a new worker.';
  return new DomainError('runtime_unavailable', message, { extra: { reason: 'environment_failed' } });
}

function notRead(cause: unknown): DomainError {
  const message = 'The packages of requirements.txt could not be read from their Pod; start a new worker.';
  return new DomainError('runtime_unavailable', message, { cause, extra: { reason: 'environment_failed' } });
}
