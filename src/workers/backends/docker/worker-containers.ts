import type { ContainerInfo } from 'dockerode';
import { DomainError } from '../../../errors.js';
import type { WorkerSpec } from '../../worker-spec.js';
import { BoundedNames } from '../bounded-names.js';
import type { ContainerAccess } from './container-access.js';
import { containerOptions } from './container-options.js';
import type { DockerEngine } from './docker-engine.js';
import { EngineError } from './engine-error.js';
import type { InstalledPackages } from './installed-packages.js';
import { labelFilter, workerIdOf } from './worker-labels.js';
import type { WorkerNetwork } from './worker-network.js';

/** What {@link WorkerContainers} work with. */
export interface WorkerContainersDeps {
  engine: DockerEngine;
  access: ContainerAccess;
  network: WorkerNetwork;
  gatewayId: string;
}

/** The containers of one gateway on an engine. Those of other gateways are never seen. */
export class WorkerContainers {
  readonly #deps: WorkerContainersDeps;
  /** The workers whose container the engine may still create, although the request was given up. */
  readonly #unconfirmed = new BoundedNames();
  #cores: number | undefined;

  constructor(deps: WorkerContainersDeps) {
    this.#deps = deps;
  }

  /**
   * Creates and starts the container of a worker.
   * @returns its id
   * @throws DomainError `runtime_unavailable`, with the reason if it is known; what `signal` was aborted with
   */
  async run(
    spec: WorkerSpec,
    { token, ...image }: { token: string; image: string; packages: InstalledPackages | undefined },
    signal: AbortSignal,
  ): Promise<string> {
    const { engine, access } = this.#deps;
    const id = await this.#create(spec, image);
    await access.prepare(id, token);
    await image.packages?.unpack?.(id, signal);
    signal.throwIfAborted();
    await engine.start(id).catch((error) => {
      throw startError(error);
    });
    return id;
  }

  /** The containers by worker, also those that have ended. @throws EngineError */
  async list(): Promise<Map<string, ContainerInfo>> {
    const found = await this.#deps.engine.list(labelFilter(this.#deps.gatewayId));
    return new Map(
      found.flatMap((container) => {
        const workerId = workerIdOf(container.Labels);
        return workerId === undefined ? [] : [[workerId, container] as const];
      }),
    );
  }

  /** The engine may have been restarted, with other CPU cores. */
  forgetCores(): void {
    this.#cores = undefined;
  }

  /** Ends and removes the container of a worker; idempotent. @throws EngineError */
  async remove(workerId: string): Promise<void> {
    const found = await this.#deps.engine.list(labelFilter(this.#deps.gatewayId, workerId));
    for (const { Id } of found) await this.#deps.engine.remove(Id);
  }

  /** Removes the container of a worker if its creation was given up before the engine answered. @throws EngineError */
  async removeUnconfirmed(workerId: string): Promise<void> {
    if (!this.#unconfirmed.has(workerId)) return;
    await this.remove(workerId);
    this.#unconfirmed.delete(workerId);
  }

  async #create(
    spec: WorkerSpec,
    image: { image: string; packages: InstalledPackages | undefined },
  ): Promise<string> {
    const { engine, access, network, gatewayId } = this.#deps;
    this.#cores ??= await engine.cores();
    if (spec.profile.egress) await network.ensure();
    const options = containerOptions(spec, {
      ...image,
      gatewayId,
      user: access.user,
      paths: access.pathsFor(spec),
      cores: this.#cores,
      network: spec.profile.egress ? network.name : undefined,
    });
    try {
      return await engine.create(options);
    } catch (error) {
      if (error instanceof EngineError && error.status === undefined) this.#unconfirmed.add(spec.workerId);
      throw error;
    }
  }
}

function startError(error: unknown): unknown {
  if (!(error instanceof EngineError) || error.status === undefined) return error;
  if (error.says('could not select device driver')) {
    const message = 'The Docker engine offers no GPUs; choose a resource class without them.';
    return new DomainError('runtime_unavailable', message, {
      extra: { reason: 'unschedulable' },
      cause: error,
    });
  }
  const message = 'The container could not be started; check that its image is made for workers.';
  return new DomainError('runtime_unavailable', message, { extra: { reason: 'start_failed' }, cause: error });
}
