import { randomUUID } from 'node:crypto';
import type { V1Pod } from '@kubernetes/client-node';
import type { Logger } from 'pino';
import type { WorkerSpec } from '../../worker-spec.js';
import { Environments } from '../environments/environments.js';
import { archiveIn, installArchive, type PackageArchive } from '../environments/install-archive.js';
import { pipSettings } from '../environments/pip-settings.js';
import { wheelsHint } from '../environments/wheels-hint.js';
import { isFault } from './cluster-error.js';
import { type InstallInPodDeps, installInPod, type PackagePodInstallation } from './install-in-pod.js';
import type { UnwantedPods } from './unwanted-pods.js';
import { packagesLabel, packagesNameOf } from './worker-object-names.js';

/** What {@link PodPackages} work with. */
export interface PodPackagesDeps extends InstallInPodDeps {
  unwanted: UnwantedPods;
  gatewayId: string;
  /** Absolute path of a folder that outlives the gateway. */
  directory: string;
  /** How long an installation may take, in ms; default 10 minutes. */
  maxBuildMs?: number;
  /** Whether a worker is being started. */
  isStarting(workerId: string): boolean;
  log: Logger;
}

/**
 * The packages of workers in Pods, installed in a Pod of the same image. The gateway keeps them as archives, and sends one to
 * each Pod that needs it: so any node can have it, and no volume has to be shared between nodes.
 */
export class PodPackages {
  readonly #deps: PodPackagesDeps;
  readonly #environments: Environments;
  /** The ids of the installations of this process. */
  readonly #running = new Set<string>();

  constructor(deps: PodPackagesDeps) {
    this.#deps = deps;
    const isRunning = async (workerId: string) => deps.isStarting(workerId);
    this.#environments = new Environments({ ...deps, isRunning });
  }

  /**
   * The packages of a worker; undefined when its branch asks for none. Without egress no code of a package runs while they
   * are installed, because that would have the network that the worker is to be without.
   * @param report called with what their installation does or waits for, unless another start has begun it
   * @throws DomainError `runtime_unavailable` with the reason; what `signal` was aborted with
   */
  async of(
    spec: WorkerSpec,
    image: string,
    report: (message: string) => void,
    signal: AbortSignal,
  ): Promise<PackageArchive | undefined> {
    const { workerId, userId, profile, requirements } = spec;
    if (!requirements) return undefined;
    const { environment, egress } = profile;
    const wheelsOnly = !egress;
    const install = (directory: string, text: string, either: AbortSignal) =>
      installArchive(
        {
          directory,
          environment,
          hint: wheelsOnly ? wheelsHint : undefined,
          maxMs: this.#deps.maxBuildMs,
          run: (keep, limit) =>
            this.#run({ image, environment, wheelsOnly, requirements: text, report }, keep, limit),
        },
        either,
      );
    const identity = [image, ...pipSettings(environment)];
    const request = { ...requirements, userId, identity, wheelsOnly, install };
    return archiveIn(await this.#environments.folderFor(workerId, request, signal));
  }

  /** A worker is not started any more; idempotent. */
  release(workerId: string): Promise<void> {
    return this.#environments.release(workerId);
  }

  /**
   * Removes what a gateway that was killed left half done. Never throws: what prevents it is logged.
   * @param pods those of this gateway
   */
  async removeAbandoned(pods: V1Pod[]): Promise<void> {
    const { log } = this.#deps;
    for (const [pod, remove] of this.abandoned(pods)) {
      await remove().catch((err) => log.warn({ err, pod }, 'the Pod of an installation was not removed'));
    }
    await this.#environments.removeUnfinished();
  }

  /**
   * The Pods that install for no start any more; see `BackendInventory`. Their other objects follow them.
   * @param pods those of this gateway
   */
  abandoned(pods: V1Pod[]): Map<string, () => Promise<void>> {
    const ids = pods.flatMap(({ metadata }) => metadata?.labels?.[packagesLabel] ?? []);
    const names = ids.filter((id) => !this.#running.has(id)).map(packagesNameOf);
    const remove = async (name: string) => void (await this.#deps.cluster.deletePod(name));
    return new Map(names.map((name) => [name, () => remove(name)]));
  }

  async #run(
    what: Omit<PackagePodInstallation, 'id' | 'gatewayId'>,
    keep: Parameters<typeof installInPod>[2],
    signal: AbortSignal,
  ): ReturnType<typeof installInPod> {
    const { cluster, unwanted, gatewayId, log } = this.#deps;
    const id = randomUUID();
    const name = packagesNameOf(id);
    this.#running.add(id);
    try {
      return await installInPod(this.#deps, { id, gatewayId, ...what }, keep, signal);
    } catch (error) {
      // The API may have received what it did not answer.
      if (isFault(error, 'unreachable')) unwanted.add(name);
      throw error;
    } finally {
      this.#running.delete(id);
      await cluster.deletePod(name).catch((err) => {
        log.warn({ err, id }, 'the Pod of an installation was not removed');
        unwanted.add(name);
      });
    }
  }
}
