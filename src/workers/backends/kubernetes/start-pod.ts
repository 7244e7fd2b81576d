import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Pod } from '@kubernetes/client-node';
import { rejectOnAbort } from '../../../engines/events/reject-on-abort.js';
import { JupyterClient } from '../../../engines/kernels/jupyter-client.js';
import type { JupyterEndpoint } from '../../../engines/kernels/jupyter-endpoint.js';
import type { PackageArchive } from '../environments/install-archive.js';
import type { ClusterClient } from './cluster-client.js';
import { isFault } from './cluster-error.js';
import { createWithinQuota } from './create-within-quota.js';
import { sendArchive } from './exchange-archive.js';
import { gitConfig, gitConfigKey } from './fetch-container.js';
import { lastOutputOf } from './last-output.js';
import { packagesContainerName } from './packages-container.js';
import { endpointOf } from './pod-endpoint.js';
import { PodStartProgress, startError } from './pod-start-progress.js';
import { initContainerOf, isEnding, isReady, isRunning } from './pod-status.js';
import type { PodWatch } from './pod-watch.js';
import { type StartFailure, whatPodWaitsFor } from './what-pod-waits-for.js';
import { whyPodEnded } from './why-pod-ended.js';
import {
  fetchNetworkPolicy,
  fetchPolicyNameOf,
  type GatewayPeer,
  workerNetworkPolicy,
} from './worker-network-policy.js';
import { podSecret } from './worker-secret.js';

/** After this time without a change the state is looked at again, for the limits of what the Pod waits for. */
const lookAgainMs = 2_000;
const probeTimeoutMs = 2_000;
const probePeriodMs = 200;
/** How long the gateway may take to reach a Pod that is ready. */
const maxReachMs = 30_000;

/** What a {@link PodStart} works with. */
export interface PodStartDeps {
  cluster: ClusterClient;
  watch: PodWatch;
  gateway: GatewayPeer;
  egress: boolean;
  /** With what the Pod fetches its files, and from where; absent when it does not. */
  fetch?: { gatewayUrl: string; token: string };
  /** What the Pod is given before its server starts; absent when it has none. */
  packages?: PackageArchive;
  report: (percent: number, message: string) => void;
  /** Bounds the start. */
  signal: AbortSignal;
}

/** The start of one worker's Pod: creates its objects and waits until the server answers. Removes nothing. */
export class PodStart {
  readonly #token = randomBytes(32).toString('hex');
  readonly #progress: PodStartProgress;
  #hasPackages = false;

  readonly #deps: PodStartDeps;

  constructor(deps: PodStartDeps) {
    this.#deps = deps;
    this.#progress = new PodStartProgress(deps.report);
  }

  /**
   * Starts a Pod.
   * @returns the ready Pod and where its server answers
   * @throws DomainError `runtime_unavailable` with its reason, and what the signal was aborted with
   */
  async run(body: V1Pod): Promise<{ pod: V1Pod; endpoint: JupyterEndpoint }> {
    try {
      this.#progress.waitsFor({ percent: 5, message: 'Creating the Pod' });
      const created = await this.#create((cluster) => cluster.createPod(body));
      await this.#createOwned(created);
      const pod = await this.#untilReady(created);
      await this.#endFetch(pod);
      this.#progress.waitsFor({ percent: 90, message: 'Connecting to Jupyter' });
      return { pod, endpoint: await this.#untilReached(pod) };
    } catch (error) {
      throw this.#progress.explain(error);
    }
  }

  /** What the container printed at last, if it has ended; see {@link lastOutputOf}. */
  async lastOutput(name: string): Promise<string | undefined> {
    const pod = this.#deps.watch.get(name);
    return pod && lastOutputOf(pod, this.#token, this.#deps.cluster);
  }

  /** The Secret comes last: no container starts without it, so the policy is there before any does. */
  async #createOwned(pod: V1Pod): Promise<void> {
    const { gateway, egress, fetch, signal } = this.#deps;
    const policies = [workerNetworkPolicy(pod, gateway, egress)];
    if (fetch) policies.push(fetchNetworkPolicy(pod, gateway, fetch.gatewayUrl));
    for (const policy of policies) await this.#create((cluster) => cluster.createNetworkPolicy(policy));
    signal.throwIfAborted();
    const more = fetch && { [gitConfigKey]: gitConfig(fetch.token) };
    await this.#create((cluster) => cluster.createSecret(podSecret(pod, this.#token, more)));
  }

  #create<T>(create: (cluster: ClusterClient) => Promise<T>): Promise<T> {
    const { cluster, signal } = this.#deps;
    return createWithinQuota(() => create(cluster), { progress: this.#progress, signal });
  }

  /** From here on kernels may run, and they must not reach the gateway. */
  async #endFetch(pod: V1Pod): Promise<void> {
    const { cluster, fetch } = this.#deps;
    if (fetch) await cluster.deleteNetworkPolicy(fetchPolicyNameOf(pod.metadata!.name!));
  }

  async #untilReady(created: V1Pod): Promise<V1Pod> {
    const { watch, signal } = this.#deps;
    const name = created.metadata!.name!;
    for (let pod = created; ; pod = await this.#look(name, pod)) {
      signal.throwIfAborted();
      if (isReady(pod)) return pod;
      if (isEnding(pod)) throw startError(whyPodEnded(pod));
      this.#progress.waitsFor(whatPodWaitsFor(pod));
      await this.#sendPackages(pod);
      // The kubelet's probe comes once a second, so the server is asked itself as soon as it may answer.
      if (isRunning(pod) && (await this.#answers(pod))) return pod;
      await watch.untilChanged(name, isRunning(pod) ? probePeriodMs : lookAgainMs, signal);
    }
  }

  /** Once the container that takes them runs. */
  async #sendPackages(pod: V1Pod): Promise<void> {
    const { packages, signal } = this.#deps;
    const isReceiving = initContainerOf(pod, packagesContainerName)?.state?.running && pod.status?.podIP;
    if (!packages || this.#hasPackages || !isReceiving) return;
    this.#hasPackages = true;
    await sendArchive(endpointOf(pod, this.#token), packages, signal).catch((cause) => {
      signal.throwIfAborted();
      throw startError(notSent, cause);
    });
  }

  async #answers(pod: V1Pod): Promise<boolean> {
    const client = new JupyterClient(endpointOf(pod, this.#token));
    const answered = client.probe(probeTimeoutMs).then(
      () => true,
      () => false,
    );
    return rejectOnAbort(answered, this.#deps.signal).finally(() => client.dispose());
  }

  /** Asks the API itself while the watch has not seen the Pod, which it has within a moment when it works. */
  async #look(name: string, last: V1Pod): Promise<V1Pod> {
    const { cluster, watch } = this.#deps;
    const known = watch.get(name);
    if (known) return known;
    const found = await cluster.findPod(name).catch((error) => {
      if (isFault(error, 'unreachable')) return last;
      throw error;
    });
    if (!found) throw startError(whyPodEnded(last));
    return found;
  }

  /** The probe of the kubelet says nothing about the way from the gateway to the Pod. */
  async #untilReached(pod: V1Pod): Promise<JupyterEndpoint> {
    const { signal } = this.#deps;
    const deadline = performance.now() + maxReachMs;
    while (!(await this.#answers(pod))) {
      if (performance.now() > deadline) throw startError(notReached);
      await sleep(probePeriodMs, undefined, { signal }).catch(() => {});
    }
    return endpointOf(pod, this.#token);
  }
}

const notSent: StartFailure = {
  reason: 'start_failed',
  detail: 'The packages could not be sent to the Pod; start a new worker.',
};
const notReached: StartFailure = {
  reason: 'start_failed',
  detail: 'The Pod runs, but the gateway cannot reach it; ask an admin to check KUBERNETES_GATEWAY_CIDRS.',
};
