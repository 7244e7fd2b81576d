import type { ContainerInfo } from 'dockerode';
import type { Logger } from 'pino';
import { rejectOnAbort } from '../../../engines/events/reject-on-abort.js';
import { JupyterContents } from '../../../engines/kernels/jupyter-contents.js';
import type { JupyterEndpoint } from '../../../engines/kernels/jupyter-endpoint.js';
import { JupyterRest } from '../../../engines/kernels/jupyter-rest.js';
import { DomainError } from '../../../errors.js';
import type {
  BackendInventory,
  EndedServer,
  FileOwner,
  RemoteFolders,
  ResourceUsage,
  RunningServers,
  WorkerBackend,
} from '../../backend.js';
import { hideSecrets } from '../../hide-secrets.js';
import { inParallel } from '../../in-parallel.js';
import { withOutput } from '../../server-ended-error.js';
import type { WorkerExit } from '../../worker-exit.js';
import type { WorkerProfile, WorkerSpec } from '../../worker-spec.js';
import { ContentsFolder } from '../external/contents-folder.js';
import { RunningStarts } from '../running-starts.js';
import { StartSlots } from '../start-slots.js';
import type { ContainerAccess } from './container-access.js';
import { mayBeOutOfMemory } from './container-exit.js';
import { ContainerPackages } from './container-packages.js';
import type { DockerEngine } from './docker-engine.js';
import { endedAtStart } from './ended-at-start.js';
import { FollowedWorkers } from './followed-workers.js';
import type { InstalledPackages } from './installed-packages.js';
import { PresentWorkers } from './present-workers.js';
import type { RunFolders } from './run-folders.js';
import { untilAnswering } from './until-answering.js';
import { UsageMeter } from './usage-meter.js';
import type { WorkerContainers } from './worker-containers.js';
import type { WorkerImages } from './worker-images.js';
import type { WorkerNetwork } from './worker-network.js';

const startTimeoutMs = 90_000;
const reasonTimeoutMs = 4_500;
const parallelReads = 8;
/** The folder below the root of a remote server that has the files of the branch. */
const remoteFolder = 'files';

/** What a {@link DockerBackend} works with. */
export interface DockerBackendDeps {
  engine: DockerEngine;
  access: ContainerAccess;
  containers: WorkerContainers;
  folders: RunFolders;
  images: WorkerImages;
  network: WorkerNetwork;
  /** Absolute path of the folder of the packages of workers. */
  environmentsDirectory: string;
  /** The id of the database: gateways with different ones never touch each other's containers. */
  gatewayId: string;
  /** A server that does not answer for so long is lost; default 60 s. */
  lostAfterMs?: number;
  /** How long the installation of packages may take, in ms; default 10 minutes. */
  maxBuildMs?: number;
  log: Logger;
}

/** Runs each worker as a container of a Docker engine. The containers outlive the gateway and restarts of the engine. */
export class DockerBackend implements WorkerBackend {
  readonly kind = 'docker';
  readonly ownsServers = true;
  readonly installsRequirements = true;
  readonly remoteFolders?: RemoteFolders;
  readonly #deps: DockerBackendDeps;
  readonly #followed: FollowedWorkers;
  readonly #slots = new StartSlots();
  readonly #starts = new RunningStarts();
  readonly #present: PresentWorkers;
  readonly #packages: ContainerPackages;

  constructor(deps: DockerBackendDeps) {
    this.#deps = deps;
    const { environmentsDirectory: directory, access } = deps;
    this.#present = new PresentWorkers({ ...deps, starts: this.#starts });
    const isRunning = (workerId: string) => this.#present.mayRun(workerId);
    this.#packages = new ContainerPackages({
      ...{ ...deps, directory, isRunning },
      ...{ user: access.user, isRemote: access.isRemote },
    });
    this.#followed = new FollowedWorkers({ ...deps, packages: this.#packages });
    if (access.isRemote) {
      this.remoteFolders = {
        open: (workerId, signal) => this.#openFolder(workerId, signal),
        // It is on a volume that is removed with the container.
        remove: async () => {},
      };
    }
  }

  enforcesStorage(): boolean {
    return false;
  }

  ownerOf(): FileOwner | undefined {
    const { isRemote, user } = this.#deps.access;
    return isRemote || user.uid === process.getuid!() ? undefined : user;
  }

  async unavailableReason(profile?: WorkerProfile): Promise<string | null> {
    const { engine, images } = this.#deps;
    const limit = AbortSignal.timeout(reasonTimeoutMs);
    try {
      const asked = profile ? images.unavailableReason(profile) : engine.ping().then(() => null);
      return await rejectOnAbort(asked, limit);
    } catch (error) {
      return error instanceof DomainError ? error.message : 'The Docker engine does not answer; start it.';
    }
  }

  async start(
    spec: WorkerSpec,
    report: (percent: number, message: string) => void,
    signal: AbortSignal,
  ): Promise<JupyterEndpoint> {
    return this.#starts.run(spec.workerId, signal, (either) => this.#launch(spec, report, either));
  }

  async stop(workerId: string): Promise<void> {
    await this.#starts.stop(workerId);
    this.#followed.unfollow(workerId);
    await this.#remove(workerId);
  }

  async running(): Promise<RunningServers> {
    const running: RunningServers = new Map();
    await inParallel(await this.#present.list(), parallelReads, async ([workerId, container]) => {
      running.set(workerId, await this.#find(workerId, container));
    });
    // No worker waits for it. What is left then is in the inventory.
    void this.#packages.removeAbandoned();
    return running;
  }

  async inventory(): Promise<BackendInventory> {
    const abandoned = await this.#packages.abandoned();
    return { workerIds: [...(await this.#present.list()).keys()], abandoned };
  }

  async usage(workerId: string): Promise<ResourceUsage | null> {
    const worker = this.#followed.get(workerId);
    if (!worker) return null;
    try {
      return worker.meter.add(await this.#deps.engine.stats(worker.containerId));
    } catch {
      return null;
    }
  }

  onExit(listener: (exit: WorkerExit) => void): () => void {
    return this.#followed.onExit(listener);
  }

  onOutOfMemory(listener: (workerId: string) => void): () => void {
    return this.#followed.onOutOfMemory(listener);
  }

  async close(): Promise<void> {
    this.#followed.close();
  }

  /** Follows a server that runs. */
  async #find(
    workerId: string,
    container: ContainerInfo | undefined,
  ): Promise<JupyterEndpoint | EndedServer | undefined> {
    const token = await this.#deps.folders.tokenOf(workerId);
    // One that was never started says nothing.
    if (!container || container.State === 'created' || token === undefined) return undefined;
    const ended = await this.#followed.endOf(workerId, container, token);
    return ended ? { ended } : this.#follow(workerId, container.Id, token, container.Created * 1_000);
  }

  async #launch(
    spec: WorkerSpec,
    report: (percent: number, message: string) => void,
    signal: AbortSignal,
  ): Promise<JupyterEndpoint> {
    const { images } = this.#deps;
    signal.throwIfAborted();
    report(5, 'Looking for the image');
    const image = images.imageOf(spec.profile);
    let percent = 5;
    const pulled = (part: number) => {
      percent = Math.max(percent, 5 + Math.round(part * 30));
      report(percent, 'Pulling the image');
    };
    await images.ensure(image, pulled, signal);
    if (spec.requirements) report(35, 'Installing requirements.txt');
    try {
      const packages = await this.#packages.of(spec, image, signal);
      report(38, 'Waiting for other starts');
      return await this.#slots.run(
        spec,
        () => this.#runContainer(spec, { image, packages }, report, signal),
        signal,
      );
    } catch (error) {
      await this.#packages.release(spec.workerId);
      throw error;
    }
  }

  async #runContainer(
    spec: WorkerSpec,
    image: { image: string; packages: InstalledPackages | undefined },
    report: (percent: number, message: string) => void,
    signal: AbortSignal,
  ): Promise<JupyterEndpoint> {
    const { folders, containers, images } = this.#deps;
    const { workerId, profile } = spec;
    try {
      signal.throwIfAborted();
      report(40, 'Creating the container');
      const token = await folders.create(workerId);
      const containerId = await containers.run(spec, { ...image, token }, signal);
      report(60, 'Waiting for Jupyter');
      await this.#untilAnswering(spec, containerId, token, signal);
      await images.checkKernel(profile, containerId, this.#endpointOf(workerId, token));
      await folders.finish(workerId);
      signal.throwIfAborted();
      return this.#follow(workerId, containerId, token, Date.now());
    } catch (error) {
      await this.#remove(workerId).catch((err) =>
        this.#deps.log.warn({ err, workerId }, 'a container whose start failed was not removed'),
      );
      throw error;
    }
  }

  async #untilAnswering(
    { workerId, profile }: WorkerSpec,
    containerId: string,
    token: string,
    signal: AbortSignal,
  ): Promise<void> {
    const { access, engine } = this.#deps;
    const check = async () => {
      const found = await engine.inspect(containerId);
      if (found?.State.Running) return;
      const output = found && (await this.#followed.logOutput(workerId, found, token));
      throw withOutput(
        endedAtStart(found && mayBeOutOfMemory(found)),
        output && hideSecrets(output, Object.values(profile.environment)),
      );
    };
    await untilAnswering(this.#endpointOf(workerId, token), {
      pollMs: access.pollMs,
      timeoutMs: startTimeoutMs,
      check,
      signal,
    });
  }

  #follow(workerId: string, containerId: string, token: string, startedAt: number): JupyterEndpoint {
    const endpoint = this.#endpointOf(workerId, token);
    this.#followed.follow(workerId, { containerId, endpoint, meter: new UsageMeter(startedAt) });
    return endpoint;
  }

  async #remove(workerId: string): Promise<void> {
    const { containers, folders, log } = this.#deps;
    await containers.remove(workerId);
    await this.#packages.release(workerId);
    // Without its container a folder is found as a stray one, and removed then.
    await folders
      .remove(workerId)
      .catch((err) => log.warn({ err, workerId }, 'the folder of a container was not removed'));
  }

  async #openFolder(workerId: string, signal?: AbortSignal): Promise<ContentsFolder> {
    const token = await this.#deps.folders.tokenOf(workerId);
    if (token === undefined)
      throw new DomainError('runtime_unavailable', 'The worker does not run; start a new one.');
    const rest = new JupyterRest(this.#endpointOf(workerId, token));
    return ContentsFolder.open(new JupyterContents(rest, signal), remoteFolder);
  }

  /** The host of the address is of no importance, as `connect` opens the connections. */
  #endpointOf(workerId: string, token: string): JupyterEndpoint {
    const { access } = this.#deps;
    return {
      baseUrl: 'http://localhost/',
      token,
      folder: access.isRemote ? remoteFolder : undefined,
      connect: () => access.connect(workerId),
    };
  }
}
