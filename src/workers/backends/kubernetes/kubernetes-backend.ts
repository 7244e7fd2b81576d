import type { V1Pod } from '@kubernetes/client-node';
import { sharedAbort } from '../../../engines/events/shared-abort.js';
import { JupyterContents } from '../../../engines/kernels/jupyter-contents.js';
import type { JupyterEndpoint } from '../../../engines/kernels/jupyter-endpoint.js';
import { JupyterRest } from '../../../engines/kernels/jupyter-rest.js';
import { DomainError } from '../../../errors.js';
import type {
  BackendInventory,
  RemoteFolders,
  ResourceUsage,
  RunningServers,
  WorkerBackend,
} from '../../backend.js';
import { hideSecrets } from '../../hide-secrets.js';
import { inParallel } from '../../in-parallel.js';
import { withOutput } from '../../server-ended-error.js';
import type { WorkerExit } from '../../worker-exit.js';
import type { WorkerProfile, WorkerSpec, WorkerVolume } from '../../worker-spec.js';
import type { PackageArchive } from '../environments/install-archive.js';
import { ContentsFolder } from '../external/contents-folder.js';
import { ImageKernels } from '../image-kernels.js';
import { RunningStarts } from '../running-starts.js';
import { AdmissionCheck } from './admission-check.js';
import { ClusterClient } from './cluster-client.js';
import { isFault } from './cluster-error.js';
import { describePodEnd } from './describe-pod-end.js';
import type { KubernetesBackendOptions } from './kubernetes-backend-options.js';
import { lastOutputOf } from './last-output.js';
import { ownCredentials } from './own-credentials.js';
import { endpointOf } from './pod-endpoint.js';
import { PodFollower } from './pod-follower.js';
import { PodPackages } from './pod-packages.js';
import { isEnding, isRunning } from './pod-status.js';
import { usageIn } from './pod-usage.js';
import { PodWatch } from './pod-watch.js';
import { PodStart } from './start-pod.js';
import { untilWatched } from './until-watched.js';
import { UnwantedPods } from './unwanted-pods.js';
import { claimsVolume } from './work-volume.js';
import { gatewayLabel, objectNameOf, workerLabel } from './worker-object-names.js';
import { workerPod } from './worker-pod.js';
import { tokenIn } from './worker-secret.js';

const defaultMaxTroubleMs = 120_000;
const maxStopMs = 30_000;
const lookAgainMs = 1_000;
const parallelReads = 8;
const maxLogLength = 4_000;

/**
 * Runs each worker as a Pod. The gateway connects to the Pod's own address, so it runs in the cluster or in a network that
 * routes to Pods.
 */
export class KubernetesBackend implements WorkerBackend {
  readonly kind = 'kubernetes';
  readonly ownsServers = true;
  readonly installsRequirements = true;
  readonly fetchesFiles: boolean;
  readonly remoteFolders: RemoteFolders;
  readonly #cluster: ClusterClient;
  readonly #watch: PodWatch;
  readonly #follower: PodFollower;
  readonly #packages: PodPackages;
  readonly #unwanted: UnwantedPods;
  readonly #closeCredentials: () => void;
  readonly #closing = sharedAbort();
  readonly #starts = new RunningStarts();
  readonly #endpoints = new Map<string, JupyterEndpoint>();
  readonly #kernels = new ImageKernels();
  readonly #admission: AdmissionCheck;

  readonly #options: KubernetesBackendOptions;

  constructor(options: KubernetesBackendOptions) {
    this.#options = options;
    const { namespace, log, maxTroubleMs = defaultMaxTroubleMs } = options;
    const { config, close } = ownCredentials(options.config);
    this.#closeCredentials = close;
    this.fetchesFiles = options.gatewayUrl !== undefined;
    this.#cluster = new ClusterClient(config, namespace, options.mayCreate);
    this.#admission = new AdmissionCheck(this.#cluster, options);
    this.#unwanted = new UnwantedPods({ cluster: this.#cluster, log });
    this.#follower = new PodFollower({
      ...{ maxTroubleMs, log },
      findPod: (workerId) => this.#cluster.findPod(objectNameOf(workerId)),
      lastOutputOf: async (workerId, pod) => {
        const token = this.#endpoints.get(workerId)?.token;
        return token && lastOutputOf(pod, token, this.#cluster);
      },
    });
    this.#watch = new PodWatch({
      ...{ config, namespace, log },
      cluster: this.#cluster,
      labels: this.#ownLabels(),
      onChange: (pod, isGone) => {
        this.#follower.changed(pod, isGone);
        this.#unwanted.changed(pod, isGone);
      },
    });
    this.#packages = new PodPackages({
      ...{ cluster: this.#cluster, watch: this.#watch, unwanted: this.#unwanted },
      ...{ gateway: options.gateway, log },
      ...{ gatewayId: options.gatewayId, directory: options.environmentsDirectory },
      indexCidrs: options.indexCidrs ?? [],
      maxBuildMs: options.maxBuildMs,
      isStarting: (workerId) => this.#starts.has(workerId),
    });
    this.remoteFolders = {
      open: (workerId, signal) => this.#openFolder(workerId, signal),
      // It ends with the Pod.
      remove: async () => {},
    };
  }

  /** What limits a volume of a StorageClass depends on what provisions it. */
  enforcesStorage(volume: WorkerVolume): boolean {
    return !claimsVolume(volume, this.#options.storageClass);
  }

  async unavailableReason(profile?: WorkerProfile): Promise<string | null> {
    const found = this.#options.images.imageOf(profile);
    if ('reason' in found) return found.reason;
    const { image } = found;
    const missing = profile && this.#kernels.unavailableReason(image, profile);
    return missing ?? this.#admission.unavailableReason(image);
  }

  async start(
    spec: WorkerSpec,
    report: (percent: number, message: string) => void,
    signal: AbortSignal,
  ): Promise<JupyterEndpoint> {
    signal.throwIfAborted();
    return this.#starts.run(spec.workerId, signal, (either) => this.#launch(spec, report, either));
  }

  async stop(workerId: string): Promise<void> {
    await this.#starts.stop(workerId);
    this.#follower.unfollow(workerId);
    this.#endpoints.delete(workerId);
    await this.#remove(objectNameOf(workerId));
  }

  async running(): Promise<RunningServers> {
    const { items } = await this.#cluster.listPods(this.#ownLabels());
    this.#watch.open();
    const found: RunningServers = new Map();
    await inParallel(items, parallelReads, async (pod) => {
      const workerId = this.#presentWorker(pod);
      if (!workerId) return;
      const deps = { cluster: this.#cluster, log: this.#options.log };
      const ended = isEnding(pod) && (await describePodEnd(pod, deps));
      const endpoint = ended ? undefined : await this.#findEndpoint(pod);
      found.set(workerId, ended ? { ended } : endpoint);
      if (endpoint) this.#adopt(workerId, pod, endpoint);
    });
    // No worker waits for it. What is left then is in the inventory.
    void this.#packages.removeAbandoned(items);
    return found;
  }

  async inventory(): Promise<BackendInventory> {
    const { items } = await this.#cluster.listPods(this.#ownLabels());
    const workerIds = items.flatMap((pod) => this.#presentWorker(pod) ?? []);
    return { workerIds, abandoned: this.#packages.abandoned(items) };
  }

  async usage(workerId: string): Promise<ResourceUsage | null> {
    const metrics = await this.#cluster.findPodMetrics(objectNameOf(workerId)).catch(() => undefined);
    return usageIn(metrics);
  }

  onExit(listener: (exit: WorkerExit) => void): () => void {
    return this.#follower.onExit(listener);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#watch.close();
    this.#follower.close();
    this.#unwanted.close();
    this.#closeCredentials();
  }

  #ownLabels(): Record<string, string> {
    return { [gatewayLabel]: this.#options.gatewayId };
  }

  /** The worker of a Pod; undefined where it has none, or is being started. */
  #presentWorker({ metadata }: V1Pod): string | undefined {
    const workerId = metadata?.labels?.[workerLabel];
    return workerId && !this.#starts.has(workerId) ? workerId : undefined;
  }

  async #launch(
    spec: WorkerSpec,
    report: (percent: number, message: string) => void,
    signal: AbortSignal,
  ): Promise<JupyterEndpoint> {
    const image = this.#options.images.imageOf(spec.profile);
    if ('reason' in image)
      throw new DomainError('runtime_unavailable', image.reason, { extra: { reason: 'image_missing' } });
    this.#watch.open();
    const installing = (message: string) => report(2, message);
    if (spec.requirements) installing('Installing requirements.txt');
    try {
      const packages = await this.#packages.of(spec, image.image, installing, signal);
      return await this.#startPod(spec, { image: image.image, packages }, report, signal);
    } finally {
      await this.#packages.release(spec.workerId);
    }
  }

  async #startPod(
    spec: WorkerSpec,
    of: { image: string; packages: PackageArchive | undefined },
    report: (percent: number, message: string) => void,
    signal: AbortSignal,
  ): Promise<JupyterEndpoint> {
    const { gateway, gatewayUrl } = this.#options;
    const deps = { cluster: this.#cluster, watch: this.#watch, gateway, report, signal };
    const fetch = spec.checkout && gatewayUrl ? { gatewayUrl, token: spec.checkout.token } : undefined;
    const { packages } = of;
    const start = new PodStart({ ...deps, egress: spec.profile.egress, fetch, packages });
    try {
      const { pod, endpoint } = await start.run(workerPod(spec, { ...this.#options, ...of }));
      await this.#kernels.check(of.image, spec.profile, endpoint);
      signal.throwIfAborted();
      this.#adopt(spec.workerId, pod, endpoint);
      return endpoint;
    } catch (error) {
      // The API may have received what it did not answer.
      if (isFault(error, 'unreachable')) this.#unwanted.add(objectNameOf(spec.workerId));
      throw withOutput(error, await this.#removeFailed(spec, start));
    }
  }

  /** Removes what a failed start left. Never throws. @returns what the container printed, if it has ended, without secrets */
  async #removeFailed({ workerId, profile }: WorkerSpec, start: PodStart): Promise<string | undefined> {
    const { log } = this.#options;
    const name = objectNameOf(workerId);
    const printed = await start.lastOutput(name);
    const output = printed && hideSecrets(printed, Object.values(profile.environment));
    if (output !== undefined)
      log.warn({ workerId, output: output.slice(-maxLogLength) }, 'the container of a worker has ended');
    await this.#remove(name).catch((err) => {
      log.warn({ err, workerId }, 'a Pod was not removed after its start failed');
      this.#unwanted.add(name);
    });
    return output;
  }

  #adopt(workerId: string, pod: V1Pod, endpoint: JupyterEndpoint): void {
    const name = objectNameOf(workerId);
    this.#endpoints.set(workerId, endpoint);
    this.#follower.follow(workerId, this.#watch.get(name) ?? pod);
    const deps = { cluster: this.#cluster, watch: this.#watch };
    void untilWatched(name, deps, this.#closing.signal).then((isThere) => {
      if (!isThere) this.#follower.changed(pod, true);
    });
  }

  /** Where the server of a Pod answers; undefined when its start did not end, or it has ended. */
  async #findEndpoint(pod: V1Pod): Promise<JupyterEndpoint | undefined> {
    if (isEnding(pod) || !isRunning(pod)) return undefined;
    const token = tokenIn(await this.#cluster.findSecret(pod.metadata!.name!));
    return token ? endpointOf(pod, token) : undefined;
  }

  /** Ends a Pod and waits until it is gone; idempotent. */
  async #remove(name: string): Promise<void> {
    if (!(await this.#cluster.deletePod(name))) return;
    const deadline = AbortSignal.timeout(maxStopMs);
    while (this.#watch.get(name) || (await this.#cluster.findPod(name))) {
      if (deadline.aborted) throw new DomainError('runtime_unavailable', notEnded);
      await this.#watch.untilChanged(name, lookAgainMs, deadline);
    }
  }

  async #openFolder(workerId: string, signal?: AbortSignal): Promise<ContentsFolder> {
    // Also of a worker that another gateway runs.
    const pod = this.#endpoints.has(workerId) ? null : await this.#cluster.findPod(objectNameOf(workerId));
    const endpoint = this.#endpoints.get(workerId) ?? (pod && (await this.#findEndpoint(pod)));
    if (!endpoint) throw new DomainError('runtime_unavailable', 'The worker does not run; start a new one.');
    return ContentsFolder.open(new JupyterContents(new JupyterRest(endpoint), signal), '');
  }
}

const notEnded = 'The Pod of the worker did not end in time; its node may be down. Try again in a minute.';
