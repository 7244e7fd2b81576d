import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Prisma } from '../../../../prisma/generated/client/client.js';
import { JupyterClient } from '../../../engines/kernels/jupyter-client.js';
import { JupyterContents } from '../../../engines/kernels/jupyter-contents.js';
import type { JupyterEndpoint } from '../../../engines/kernels/jupyter-endpoint.js';
import { JupyterRest } from '../../../engines/kernels/jupyter-rest.js';
import { DomainError } from '../../../errors.js';
import type { BackendInventory, RemoteFolders, RunningServers, WorkerBackend } from '../../backend.js';
import { hasCode } from '../../has-code.js';
import { assignServer } from '../../servers/assign-server.js';
import { chooseServer } from '../../servers/choose-server.js';
import { configuredServer, type RegisteredServer } from '../../servers/registered-server.js';
import type { ServerSource } from '../../servers/server-source.js';
import type { WorkerExit } from '../../worker-exit.js';
import type { WorkerProfile, WorkerSpec } from '../../worker-spec.js';
import { checkWorkerId } from './check-worker-id.js';
import { ContentsFolder, removeContentsFolder } from './contents-folder.js';
import { WorkerWatch } from './worker-watch.js';

const watchPeriodMs = 5_000;
/** The end of the name of the file of a worker that was stopped. */
const stopped = '.stopped';
const removeTimeoutMs = 30_000;
const defaultLostAfterMs = 60_000;

/** What a {@link RegisteredBackend} works with. */
export interface RegisteredBackendOptions {
  /** Absolute path of a folder that outlives the gateway; the backend finds its workers again by it. */
  stateRoot: string;
  servers: ServerSource;
  /** The workers of a server that does not answer for so long are lost; default 60 s. */
  lostAfterMs?: number;
}

/**
 * Lets workers use Jupyter servers that somebody else runs: starting a worker is a probe of its server, and stopping one
 * leaves the server alone. Each worker has its own folder below its server's root. A file for each worker in `stateRoot`
 * contains the id of its server.
 */
export class RegisteredBackend implements WorkerBackend {
  readonly kind = 'external';
  readonly ownsServers = false;
  readonly remoteFolders: RemoteFolders = {
    open: async (workerId, signal) => {
      const { endpoint } = await this.#serverOf(workerId);
      return ContentsFolder.open(new JupyterContents(new JupyterRest(endpoint), signal), folderOf(workerId));
    },
    remove: (workerId, kernelIds) => this.#removeRest(workerId, kernelIds),
  };
  readonly #directory: string;
  readonly #servers: ServerSource;
  readonly #lostAfterMs: number;
  readonly #watch = new WorkerWatch(watchPeriodMs);

  constructor(options: RegisteredBackendOptions) {
    this.#directory = join(options.stateRoot, 'registered');
    this.#servers = options.servers;
    this.#lostAfterMs = options.lostAfterMs ?? defaultLostAfterMs;
  }

  enforcesStorage(): boolean {
    return false;
  }

  async unavailableReason(profile?: WorkerProfile): Promise<string | null> {
    const { health } = this.#servers;
    const servers = await this.#servers.list();
    const enabled = servers.filter(({ isEnabled }) => isEnabled);
    const states = new Map(
      await Promise.all(enabled.map(async (server) => [server.id, await health.check(server)] as const)),
    );
    const chosen = chooseServer(
      enabled,
      states,
      await this.#servers.liveWorkers(),
      profile?.kernelName ?? null,
    );
    return typeof chosen === 'string' ? chosen : null;
  }

  async assignServer(tx: Prisma.TransactionClient, profile: WorkerProfile): Promise<string | null> {
    const id = await assignServer(tx, this.#servers, profile.kernelName);
    return id === configuredServer ? null : id;
  }

  async start(
    { workerId, jupyterServerId }: WorkerSpec,
    report: (percent: number, message: string) => void,
    signal: AbortSignal,
  ): Promise<JupyterEndpoint> {
    report(50, 'Asking the Jupyter server');
    const server = await this.#find(jupyterServerId ?? configuredServer);
    const { unavailableReason } = await this.#servers.health.check(server);
    if (unavailableReason) throw new DomainError('runtime_unavailable', unavailableReason);
    signal.throwIfAborted();
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    await writeFile(this.#file(workerId), server.id);
    this.#follow(workerId, server);
    return endpointOf(server, workerId);
  }

  async stop(workerId: string): Promise<void> {
    this.#watch.unfollow(workerId);
    // Its folder is removed later, and is on the server that the file names.
    await rename(this.#file(workerId), this.#stoppedFile(workerId)).catch((error) => {
      if (!hasCode(error, 'ENOENT')) throw error;
    });
  }

  /** The workers of a server that does not answer are `unknown` for a while, and then not running. */
  async running(): Promise<RunningServers> {
    const workerIds = await this.#present();
    if (workerIds.length === 0) return new Map();
    const servers = new Map((await this.#servers.list()).map((server) => [server.id, server]));
    const serverOf = async (workerId: string) => {
      const server = servers.get(await readFile(this.#file(workerId), 'utf8'));
      return [workerId, server && (await this.#runningOn(server, workerId))] as const;
    };
    return new Map(await Promise.all(workerIds.map(serverOf)));
  }

  async inventory(): Promise<BackendInventory> {
    return { workerIds: await this.#present(), abandoned: new Map() };
  }

  onExit(listener: (exit: WorkerExit) => void): () => void {
    return this.#watch.onExit(listener);
  }

  async close(): Promise<void> {
    this.#watch.close();
  }

  /** The workers that were started, and not stopped. */
  async #present(): Promise<string[]> {
    const names = await readdir(this.#directory).catch(() => []);
    return names.filter((name) => !name.endsWith(stopped));
  }

  async #runningOn(
    server: RegisteredServer,
    workerId: string,
  ): Promise<JupyterEndpoint | 'unknown' | undefined> {
    const { missedSince } = await this.#servers.health.check(server);
    if (missedSince !== null) return this.#isLost(missedSince) ? undefined : 'unknown';
    this.#follow(workerId, server);
    return endpointOf(server, workerId);
  }

  #isLost(missedSince: number): boolean {
    return performance.now() - missedSince > this.#lostAfterMs;
  }

  #follow(workerId: string, server: RegisteredServer): void {
    this.#watch.follow(workerId, async () => {
      const { missedSince } = await this.#servers.health.check(server);
      if (missedSince === null || !this.#isLost(missedSince)) return undefined;
      return { reason: 'lost', detail: 'The Jupyter server does not answer any more; start a new worker.' };
    });
  }

  /** The file stays until it succeeds, or the server is not registered any more. */
  async #removeRest(workerId: string, kernelIds: readonly string[]): Promise<void> {
    const file = this.#stoppedFile(workerId);
    const serverId = await readFile(file, 'utf8').catch(() => null);
    if (serverId === null) return;
    const servers = await this.#servers.list();
    const server = servers.find(({ id }) => id === serverId);
    if (server) await removeFrom(server, workerId, kernelIds);
    await rm(file, { force: true });
    if (!server) throw notRegistered();
  }

  /** @throws DomainError `runtime_unavailable` */
  async #serverOf(workerId: string): Promise<RegisteredServer> {
    return this.#find(await readFile(this.#file(workerId), 'utf8').catch(() => ''));
  }

  /** @throws DomainError `runtime_unavailable` */
  async #find(serverId: string): Promise<RegisteredServer> {
    const server = (await this.#servers.list()).find(({ id }) => id === serverId);
    if (server) return server;
    throw notRegistered();
  }

  #file(workerId: string): string {
    return join(this.#directory, checkWorkerId(workerId));
  }

  #stoppedFile(workerId: string): string {
    return `${this.#file(workerId)}${stopped}`;
  }
}

/** One fault prevents nothing else. @throws DomainError `runtime_unavailable` */
async function removeFrom(
  { endpoint }: RegisteredServer,
  workerId: string,
  kernelIds: readonly string[],
): Promise<void> {
  const client = new JupyterClient(endpoint);
  const contents = new JupyterContents(new JupyterRest(endpoint), AbortSignal.timeout(removeTimeoutMs));
  const removals = await Promise.allSettled([
    ...kernelIds.map((kernelId) => client.removeKernel(kernelId)),
    removeContentsFolder(contents, folderOf(workerId)),
  ]);
  client.dispose();
  for (const removal of removals) if (removal.status === 'rejected') throw removal.reason;
}

function notRegistered(): DomainError {
  return new DomainError(
    'runtime_unavailable',
    'The Jupyter server of this worker is not registered any more.',
  );
}

function endpointOf({ endpoint }: RegisteredServer, workerId: string): JupyterEndpoint {
  return { ...endpoint, folder: folderOf(workerId) };
}

/** The name does not begin with a dot, as servers hide such folders. */
function folderOf(workerId: string): string {
  return `gateway-workers/${workerId}`;
}
