import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { JupyterClient } from '../../../engines/kernels/jupyter-client.js';
import { JupyterContents } from '../../../engines/kernels/jupyter-contents.js';
import type { JupyterEndpoint } from '../../../engines/kernels/jupyter-endpoint.js';
import { JupyterRest } from '../../../engines/kernels/jupyter-rest.js';
import { DomainError } from '../../../errors.js';
import type { RemoteFolders, WorkerBackend } from '../../backend.js';
import type { WorkerExit } from '../../worker-exit.js';
import type { WorkerProfile, WorkerSpec } from '../../worker-spec.js';
import { checkWorkerId } from './check-worker-id.js';
import { ContentsFolder, removeContentsFolder } from './contents-folder.js';
import { KernelNames } from './kernel-names.js';
import { watchAnswers } from './watch-answers.js';
import { WorkerWatch } from './worker-watch.js';

const probeTimeoutMs = 5_000;
/** Shorter, because the names of the kernels are asked for afterwards. */
const availabilityTimeoutMs = 2_000;
const watchPeriodMs = 5_000;
const removeTimeoutMs = 30_000;

/**
 * Lets workers use a Jupyter server that somebody else runs: starting a worker is a probe of the server, and stopping
 * one leaves the server alone. Each worker has its own folder below the server's root. An empty file for each worker in
 * `stateRoot` says which ones use the server.
 */
export class RegisteredBackend implements WorkerBackend {
  readonly kind = 'external';
  readonly ownsServers = false;
  readonly enforcesStorage = false;
  readonly remoteFolders: RemoteFolders;
  readonly #directory: string;
  readonly #client: JupyterClient;
  readonly #kernels: KernelNames;
  readonly #watch = new WorkerWatch(watchPeriodMs);

  readonly #options: { stateRoot: string; registered: JupyterEndpoint };

  constructor(options: { stateRoot: string; registered: JupyterEndpoint }) {
    this.#options = options;

    this.#directory = join(options.stateRoot, 'registered');
    this.#client = new JupyterClient(options.registered);
    this.#kernels = new KernelNames(() => this.#client.kernelNames());
    this.remoteFolders = remoteFoldersOf(options.registered);
  }

  async unavailableReason(profile?: WorkerProfile): Promise<string | null> {
    try {
      await this.#client.probe(availabilityTimeoutMs);
      return profile ? await this.#kernels.unavailableReason(profile.kernelName) : null;
    } catch (error) {
      return error instanceof DomainError ? error.message : 'The Jupyter server does not answer.';
    }
  }

  async start(
    { workerId }: WorkerSpec,
    report: (percent: number, message: string) => void,
    signal: AbortSignal,
  ): Promise<JupyterEndpoint> {
    report(50, 'Asking the Jupyter server');
    await this.#client.probe(probeTimeoutMs);
    signal.throwIfAborted();
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    await writeFile(this.#file(workerId), '');
    this.#follow(workerId);
    return this.#endpointOf(workerId);
  }

  async stop(workerId: string): Promise<void> {
    this.#watch.unfollow(workerId);
    await rm(this.#file(workerId), { force: true });
  }

  async running(): Promise<Map<string, JupyterEndpoint>> {
    const workerIds = await readdir(this.#directory).catch(() => []);
    if (workerIds.length === 0 || (await this.unavailableReason()) !== null) return new Map();
    for (const workerId of workerIds) this.#follow(workerId);
    return new Map(workerIds.map((workerId) => [workerId, this.#endpointOf(workerId)]));
  }

  onExit(listener: (exit: WorkerExit) => void): () => void {
    return this.#watch.onExit(listener);
  }

  async close(): Promise<void> {
    this.#watch.close();
    this.#client.dispose();
  }

  #follow(workerId: string): void {
    this.#watch.follow(workerId, watchAnswers(this.#client));
  }

  #file(workerId: string): string {
    return join(this.#directory, checkWorkerId(workerId));
  }

  #endpointOf(workerId: string): JupyterEndpoint {
    return { ...this.#options.registered, folder: folderOf(workerId) };
  }
}

function remoteFoldersOf(registered: JupyterEndpoint): RemoteFolders {
  const rest = new JupyterRest(registered);
  return {
    open: (workerId, signal) => ContentsFolder.open(new JupyterContents(rest, signal), folderOf(workerId)),
    remove: (workerId) => {
      const contents = new JupyterContents(rest, AbortSignal.timeout(removeTimeoutMs));
      return removeContentsFolder(contents, folderOf(workerId));
    },
  };
}

/** The name does not begin with a dot, as servers hide such folders. */
function folderOf(workerId: string): string {
  return `gateway-workers/${workerId}`;
}
