import { createReadStream } from 'node:fs';
import { dirname, relative } from 'node:path';
import { DomainError } from '../../../errors.js';
import type { WorkerSpec } from '../../worker-spec.js';
import { type EnvironmentRequest, Environments } from '../environments/environments.js';
import {
  archiveIn,
  installArchive,
  type PackageArchive,
  type RemoteInstallation,
} from '../environments/install-archive.js';
import { installWithinLimits } from '../environments/install-within-limits.js';
import { environmentFolder, packagesFolder, requirementsFile } from '../environments/pip-program.js';
import { pipSettings } from '../environments/pip-settings.js';
import { wheelsHint } from '../environments/wheels-hint.js';
import { bindMount } from './bind-mount.js';
import type { InstalledPackages } from './installed-packages.js';
import { type PackageBuild, PackageBuilder, type PackageBuilderDeps } from './package-builder.js';
import { tarArchive } from './tar-archive.js';
import { volumeMount } from './volume-mount.js';

/** What {@link ContainerPackages} work with. */
export interface ContainerPackagesDeps extends PackageBuilderDeps {
  /** Whether the engine does not see the folder of the environments: they are archives then. */
  isRemote: boolean;
  /** How long an installation may take, in ms; default 10 minutes. */
  maxBuildMs?: number;
  /** Whether the container of a worker exists or will: its environment is not removed. */
  isRunning(workerId: string): Promise<boolean>;
}

/**
 * The packages of workers in containers, installed in containers of the same image. Those of an engine on this machine are
 * bound into the workers. For an engine elsewhere they are kept as archives, which each worker unpacks: the engine has no
 * cache that could differ from the gateway's, and that the gateway would have to keep small.
 */
export class ContainerPackages {
  readonly #deps: ContainerPackagesDeps;
  readonly #environments: Environments;
  readonly #builder: PackageBuilder;

  constructor(deps: ContainerPackagesDeps) {
    this.#deps = deps;
    this.#environments = new Environments(deps);
    this.#builder = new PackageBuilder(deps);
  }

  /**
   * The packages of a worker; undefined when its branch asks for none. Without egress no code of a package runs while they
   * are installed, because that would have the network that the worker is to be without.
   * @throws DomainError `runtime_unavailable` with the reason; what `signal` was aborted with
   */
  async of(
    { workerId, userId, profile, requirements }: WorkerSpec,
    imageName: string,
    signal: AbortSignal,
  ): Promise<InstalledPackages | undefined> {
    if (!requirements) return undefined;
    const image = await this.#deps.engine.image(imageName);
    if (!image) throw new DomainError('runtime_unavailable', 'The image was removed; start a new worker.');
    const { environment, egress } = profile;
    const { isRemote } = this.#deps;
    const wheelsOnly = !egress;
    const build = { image: image.Id, environment, wheelsOnly };
    const install: EnvironmentRequest['install'] = (directory, text, either, onStillRunning) =>
      this.#install({ directory, text, build: { ...build, onStillRunning } }, either);
    const identity = [image.Id, ...pipSettings(environment), ...(isRemote ? ['archive'] : [])];
    const request = { ...requirements, userId, identity, wheelsOnly, install };
    const folder = await this.#environments.folderFor(workerId, request, signal);
    if (isRemote) return this.#unpacked(await archiveIn(folder));
    return { mount: { ...bindMount(folder, packagesFolder), ReadOnly: true } };
  }

  /** The container of a worker is gone; idempotent. */
  release(workerId: string): Promise<void> {
    return this.#environments.release(workerId);
  }

  /**
   * Removes the containers and the folders that a gateway that was killed left half done, which may take minutes. Never
   * throws. While a container is left its code may change the folders, which are removed when they are older then.
   */
  async removeAbandoned(): Promise<void> {
    if (await this.#builder.removeAbandoned()) await this.#environments.removeUnfinished();
  }

  /** The containers that install for no start any more; see `BackendInventory`. @throws EngineError */
  abandoned(): Promise<Map<string, () => Promise<void>>> {
    return this.#builder.abandoned();
  }

  /** Removes the containers whose creation was given up before the engine answered. @throws EngineError */
  removeUnconfirmed(): Promise<void> {
    return this.#builder.removeUnconfirmed();
  }

  #install(
    of: { directory: string; text: string; build: Omit<PackageBuild, 'mount'> },
    signal: AbortSignal,
  ): Promise<number> {
    const { directory, text, build } = of;
    const how = {
      directory,
      environment: build.environment,
      hint: build.wheelsOnly ? wheelsHint : undefined,
      maxMs: this.#deps.maxBuildMs,
    };
    if (this.#deps.isRemote) return this.#installOnVolume({ ...how, text, build }, signal);
    const mount = bindMount(directory, environmentFolder);
    const run = (limit: AbortSignal) => this.#builder.run({ ...build, mount }, limit);
    return installWithinLimits({ ...how, requirements: text, uid: this.#uid, run }, signal);
  }

  #installOnVolume(
    of: Omit<RemoteInstallation, 'run'> & { text: string; build: Omit<PackageBuild, 'mount'> },
    signal: AbortSignal,
  ): Promise<number> {
    const { engine, user } = this.#deps;
    const owned = { mode: 0o700, ...user };
    const name = relative(environmentFolder, requirementsFile);
    const files = tarArchive([
      { name: `${dirname(name)}/`, ...owned },
      { name: `${relative(environmentFolder, packagesFolder)}/`, ...owned, mode: 0o755 },
      { name, text: of.text, ...owned },
    ]);
    return installArchive(
      {
        ...of,
        run: (keep, limit) =>
          this.#builder.run(
            {
              ...of.build,
              mount: volumeMount(environmentFolder),
              prepare: (id) => engine.unpack(id, environmentFolder, files),
              collect: async (id) => keep(await engine.pack(id, packagesFolder, limit)),
            },
            limit,
          ),
      },
      signal,
    );
  }

  #unpacked({ file }: PackageArchive): InstalledPackages {
    return {
      mount: volumeMount(environmentFolder),
      unpack: (id, signal) =>
        this.#deps.engine.unpackStream(id, environmentFolder, createReadStream(file), signal),
    };
  }

  /** The user to whom the folder is given meanwhile; null where that is the gateway's own. */
  get #uid(): number | null {
    const { uid } = this.#deps.user;
    return uid === process.getuid!() ? null : uid;
  }
}
