import { DomainError } from '../../../errors.js';
import type { WorkerSpec } from '../../worker-spec.js';
import { Environments } from '../environments/environments.js';
import { installWithinLimits } from '../environments/install-within-limits.js';
import { pipSettings } from '../environments/pip-settings.js';
import type { InstalledPackages } from './installed-packages.js';
import { PackageBuilder, type PackageBuilderDeps } from './package-builder.js';

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const wheelsHint = ' (without egress in its profile, only wheels of the package index are installed)';

/** What {@link ContainerPackages} work with. */
export interface ContainerPackagesDeps extends PackageBuilderDeps {
  /** Whether the container of a worker exists or will: its environment is not removed. */
  isRunning(workerId: string): Promise<boolean>;
}

/** The packages of workers in containers of an engine on this machine, installed in containers of the same image. */
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
    const wheelsOnly = !egress;
    const install = (directory: string, either: AbortSignal) =>
      installWithinLimits(
        {
          directory,
          requirements: requirements.text,
          uid: this.#uid,
          hint: wheelsOnly ? wheelsHint : undefined,
          run: (limit) => this.#builder.run({ image: image.Id, directory, environment, wheelsOnly }, limit),
        },
        either,
      );
    const identity = [image.Id, ...pipSettings(environment)];
    const request = { ...requirements, userId, identity, wheelsOnly, install };
    const folder = await this.#environments.folderFor(workerId, request, signal);
    return { folder, imagePath: pathOf(image.Config.Env) };
  }

  /** The container of a worker is gone; idempotent. */
  release(workerId: string): Promise<void> {
    return this.#environments.release(workerId);
  }

  /** Removes what a gateway that was killed left on the engine. @throws EngineError */
  removeAbandoned(): Promise<void> {
    return this.#builder.removeAbandoned();
  }

  /** The user to whom the folder is given meanwhile; null where that is the gateway's own. */
  get #uid(): number | null {
    const { uid } = this.#deps.user;
    return uid === process.getuid!() ? null : uid;
  }
}

function pathOf(variables: string[] | undefined): string {
  return variables?.find((one) => one.startsWith('PATH='))?.slice('PATH='.length) ?? defaultPath;
}
