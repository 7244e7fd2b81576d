import { LRUCache } from 'lru-cache';
import type { CreationCheck } from '../../creation-check.js';
import type { WorkerRequirements, WorkerSpec } from '../../worker-spec.js';
import { Environments, type EnvironmentsDeps } from '../environments/environments.js';
import { pipSettings } from '../environments/pip-settings.js';
import { installRequirements, type LocalInstallation } from './install-requirements.js';
import { runProcess } from './run-process.js';

const versionTimeoutMs = 20_000;

/** The packages that the branch of a local worker asks for, and what installs them. */
export type LocalPackagesRequest = WorkerRequirements &
  Pick<WorkerSpec, 'userId'> &
  Pick<LocalInstallation, 'python' | 'environment' | 'sandbox'>;

/** The packages of local workers, installed with the Python of their server. */
export class LocalPackages {
  readonly #environments: Environments;
  readonly #maxBuildMs: number | undefined;
  readonly #mayCreate: CreationCheck | undefined;
  /** The versions of interpreters by their paths. */
  readonly #versions = new LRUCache<string, string>({ max: 10 });

  /**
   * @param deps those of `Environments`
   * @param deps.maxBuildMs how long an installation may take; default 10 minutes
   * @param deps.mayCreate called before each installation; default it always may
   */
  constructor({
    maxBuildMs,
    mayCreate,
    ...deps
  }: EnvironmentsDeps & { maxBuildMs?: number; mayCreate?: CreationCheck }) {
    this.#environments = new Environments(deps);
    this.#maxBuildMs = maxBuildMs;
    this.#mayCreate = mayCreate;
  }

  /**
   * The folder with the packages for a worker; builds it if it does not exist.
   * @returns an absolute path: modules are in it, programs in its `bin`
   * @throws DomainError `runtime_unavailable` with the reason `environment_failed`; what `signal` was aborted with
   */
  async folderFor(workerId: string, request: LocalPackagesRequest, signal: AbortSignal): Promise<string> {
    const { scope, text, userId, ...how } = request;
    const identity = [how.python, await this.#versionOf(how.python), ...pipSettings(how.environment)];
    const maxMs = this.#maxBuildMs;
    const install = async (directory: string, requirements: string, either: AbortSignal) => {
      await this.#mayCreate?.();
      return installRequirements({ ...how, requirements, directory, maxMs }, either);
    };
    return this.#environments.folderFor(workerId, { scope, text, userId, identity, install }, signal);
  }

  /** The server of a worker has ended; idempotent. */
  release(workerId: string): Promise<void> {
    return this.#environments.release(workerId);
  }

  /** Removes what other processes have not finished. For when none of them is left. Never throws. */
  removeUnfinished(): Promise<void> {
    return this.#environments.removeUnfinished();
  }

  async #versionOf(python: string): Promise<string> {
    const known = this.#versions.get(python);
    if (known) return known;
    const args = ['-I', '-c', 'import sys; print(sys.version)'];
    const version = await runProcess(python, args, { env: {}, timeoutMs: versionTimeoutMs });
    this.#versions.set(python, version);
    return version;
  }
}
