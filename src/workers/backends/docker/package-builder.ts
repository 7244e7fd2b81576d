import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerCreateOptions, ContainerInfo, ContainerInspectInfo, MountSettings } from 'dockerode';
import type { Logger } from 'pino';
import { DomainError } from '../../../errors.js';
import type { FileOwner } from '../../backend.js';
import { BoundedNames } from '../bounded-names.js';
import { tooLarge } from '../environments/build-limits.js';
import { environmentFailed } from '../environments/environment-failed.js';
import { pipCommand, requirementsFile, tooLargeStatus } from '../environments/pip-program.js';
import type { DockerEngine } from './docker-engine.js';
import { EngineError } from './engine-error.js';
import { hostLimits } from './host-limits.js';
import { builderLabels, toFilter } from './worker-labels.js';
import type { WorkerNetwork } from './worker-network.js';

const pollMs = 300;
const limits = { cpuLimit: 1, memoryMb: 2_048, gpuCount: 0, tmpStorageMb: 256, maxProcesses: 256 };

/** What to install, and with what. */
export interface PackageBuild {
  image: string;
  /** What is at `environmentFolder`, where the packages come into the folder `site`. */
  mount: MountSettings;
  /** The environment variables of the worker. */
  environment: Record<string, string>;
  /** Whether pip may not run code of packages. */
  wheelsOnly: boolean;
  /** Called before the start, to put `requirementsFile` into what is mounted. @throws EngineError */
  prepare?(containerId: string): Promise<void>;
  /** Called when the container may run on, because it could not be removed. */
  onStillRunning?(): void;
  /** Called after pip has succeeded. @throws EngineError; what `signal` was aborted with */
  collect?(containerId: string): Promise<void>;
}

/** What a {@link PackageBuilder} works with. */
export interface PackageBuilderDeps {
  engine: DockerEngine;
  network: WorkerNetwork;
  gatewayId: string;
  /** The user of the containers. */
  user: FileOwner;
  /** Absolute path of the folder of all environments. */
  directory: string;
  log: Logger;
}

/** Runs pip in containers of the images of workers: as isolated as workers with `egress` are, with limits of their own. */
export class PackageBuilder {
  readonly #deps: PackageBuilderDeps;
  /** The names of the containers of this process. */
  readonly #running = new Set<string>();
  /** The names of those that the engine may still create, although the request was given up. */
  readonly #unconfirmed = new BoundedNames();
  /** The removal of abandoned containers that goes on. */
  #removal: Promise<boolean> | undefined;

  constructor(deps: PackageBuilderDeps) {
    this.#deps = deps;
  }

  /**
   * Installs packages, and removes the container. What cannot be removed now, the next call removes beside its own work.
   * @returns whether pip succeeded, and the end of what it printed
   * @throws DomainError `runtime_unavailable`, with the reason `environment_failed` where the packages are at fault; what
   *   `signal` was aborted with
   */
  async run(build: PackageBuild, signal: AbortSignal): Promise<{ succeeded: boolean; output: string }> {
    const { engine, network } = this.#deps;
    const name = `notebook-environment-${randomUUID()}`;
    void this.removeAbandoned();
    this.#running.add(name);
    let id: string | undefined;
    try {
      await network.ensure();
      signal.throwIfAborted();
      id = await this.#create(name, build);
      await build.prepare?.(id);
      await engine.start(id);
      const { State } = await this.#untilEnded(id, signal);
      if (State.OOMKilled && State.ExitCode !== 0)
        throw environmentFailed(`pip needed more than ${limits.memoryMb} MiB of memory`);
      if (State.ExitCode === tooLargeStatus) throw tooLarge();
      if (State.ExitCode === 0) await build.collect?.(id);
      // Whether pip succeeded is known, also where the engine cannot say any more what it printed.
      const output = await engine.logTail(id).catch(() => '');
      return { succeeded: State.ExitCode === 0, output };
    } finally {
      this.#running.delete(name);
      // It may have been created before the request for it was given up.
      const removing = id === undefined ? this.removeUnconfirmed() : engine.remove(id);
      await removing.catch(() => build.onStillRunning?.());
    }
  }

  /**
   * Removes what a gateway that was killed left of this folder. The engine may take a minute for a container that does not
   * end. Never throws: what prevents it is logged.
   * @returns whether nothing is left
   */
  removeAbandoned(): Promise<boolean> {
    this.#removal ??= this.#tryToRemoveAbandoned().finally(() => {
      this.#removal = undefined;
    });
    return this.#removal;
  }

  /** What {@link removeAbandoned} would remove, by the id of the container. @throws EngineError */
  async abandoned(): Promise<Map<string, () => Promise<void>>> {
    const found = await this.#containersWhere((name) => !this.#running.has(name));
    return new Map(found.map(({ Id }) => [Id, () => this.#deps.engine.remove(Id)]));
  }

  /** Removes the containers whose creation was given up before the engine answered. @throws EngineError */
  async removeUnconfirmed(): Promise<void> {
    if (this.#unconfirmed.size > 0) await this.#removeWhere((name) => this.#unconfirmed.has(name));
  }

  async #tryToRemoveAbandoned(): Promise<boolean> {
    try {
      await this.#removeWhere((name) => !this.#running.has(name));
      return true;
    } catch (err) {
      this.#deps.log.warn({ err }, 'a container that installed packages was not removed');
      return false;
    }
  }

  /** One that cannot be removed keeps no other. @throws EngineError the first one, after all attempts */
  async #removeWhere(isChosen: (name: string) => boolean): Promise<void> {
    let failed: { error: unknown } | undefined;
    for (const { Id, Names } of await this.#containersWhere(isChosen)) {
      try {
        await this.#deps.engine.remove(Id);
        for (const name of namesOf({ Names })) this.#unconfirmed.delete(name);
      } catch (error) {
        failed ??= { error };
      }
    }
    if (failed) throw failed.error;
  }

  async #containersWhere(isChosen: (name: string) => boolean): Promise<ContainerInfo[]> {
    const { engine, gatewayId, directory } = this.#deps;
    const found = await engine.list(toFilter(builderLabels(gatewayId, directory)));
    return found.filter((container) => namesOf(container).every(isChosen));
  }

  async #create(name: string, build: PackageBuild): Promise<string> {
    try {
      return await this.#deps.engine.create({ name, ...this.#options(build) });
    } catch (error) {
      if (error instanceof EngineError && error.status === undefined) this.#unconfirmed.add(name);
      throw error;
    }
  }

  async #untilEnded(id: string, signal: AbortSignal): Promise<ContainerInspectInfo> {
    for (;;) {
      signal.throwIfAborted();
      const found = await this.#deps.engine.inspect(id).catch((error) => {
        // The container goes on while the engine restarts; the caller bounds the wait.
        if (error instanceof EngineError && error.status === undefined) return 'unknown' as const;
        throw error;
      });
      if (found === undefined) throw removed();
      if (found !== 'unknown' && !found.State.Running) return found;
      await sleep(pollMs, undefined, { signal }).catch(() => {});
    }
  }

  #options({ image, mount, environment, wheelsOnly }: PackageBuild): ContainerCreateOptions {
    const { network, gatewayId, user, directory } = this.#deps;
    const { command, variables } = pipCommand({ requirements: requirementsFile, environment, wheelsOnly });
    const [program, ...parameters] = command;
    return {
      Image: image,
      Labels: builderLabels(gatewayId, directory),
      User: `${user.uid}:${user.gid}`,
      Hostname: 'environment',
      Env: Object.entries(variables).map(([name, value]) => `${name}=${value}`),
      Entrypoint: [program!],
      Cmd: parameters,
      HostConfig: {
        ...hostLimits({ limits, user, cores: limits.cpuLimit, network: network.name }),
        Mounts: [mount],
      },
    };
  }
}

/** The engine writes a slash before each name. */
function namesOf({ Names }: Pick<ContainerInfo, 'Names'>): string[] {
  return Names.map((name) => name.slice(1));
}

function removed(): DomainError {
  const message = 'The container that installed requirements.txt was removed; start a new worker.';
  return new DomainError('runtime_unavailable', message, { extra: { reason: 'environment_failed' } });
}
