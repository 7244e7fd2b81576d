import { posix } from 'node:path';
import { DomainError, notFound } from '../../errors.js';
import { rejectOnAbort } from '../events/reject-on-abort.js';
import type { JupyterEndpoint } from './jupyter-endpoint.js';
import { JupyterRest, type RestAnswer } from './jupyter-rest.js';
import { KernelConnection } from './kernel-connection.js';
import type { KernelDeps } from './kernel-deps.js';
import { KernelExitError } from './kernel-exit-error.js';
import { KernelRestApi } from './kernel-rest-api.js';
import type { ParseData } from './read-message.js';
import { RelayApi, type RelayedKernel } from './relay-api.js';
import { runtimeUnavailable } from './runtime-unavailable.js';
import { toRecord } from './to-record.js';
import { whyNoKernel } from './why-no-kernel.js';
import type { WriteData } from './write-message.js';

const requestTimeoutMs = 10_000;
/**
 * A server answers the start of a kernel when its process runs. While it starts others on a busy machine, it answers all
 * that belongs to a start as late.
 */
const startTimeoutMs = 60_000;
/** Of a kernel whose process ends while it starts. */
const maxStarts = 3;
const defaultMaxSilenceMs = 60_000;

/** How a {@link JupyterClient} uses its server. */
export interface JupyterClientOptions {
  /** How the data of the user's own in the messages of kernels is parsed; default `JSON.parse`. */
  parseData?: ParseData;
  /** How data in messages to kernels is written; default `JSON.stringify`. */
  writeData?: WriteData;
  /** How long the server may answer nothing before its kernels count as lost, in milliseconds; default 60 s. */
  maxSilenceMs?: number;
  /** The number of the ownership of this process, see `KernelDeps.relay`; default 0. */
  owner?: number;
}

/** What {@link JupyterClient.startKernel} starts. */
export interface KernelStart {
  kernelName: string;
  /**
   * The notebook's path, relative to the endpoint's folder: the kernel starts in the folder of this path; `''` means the
   * endpoint's folder itself.
   */
  path: string;
  /** The session id of the connection; the caller keeps it for {@link JupyterClient.attachKernel}. */
  clientId: string;
  signal: AbortSignal;
}

/**
 * A client of one Jupyter server: its kernels and the connections to them.
 * @see https://jupyter-server.readthedocs.io/en/latest/developers/rest-api.html
 */
export class JupyterClient {
  readonly #endpoint: JupyterEndpoint;
  readonly #rest: JupyterRest;
  readonly #options: JupyterClientOptions;
  readonly #kernels = new Set<KernelConnection>();

  constructor(endpoint: JupyterEndpoint, options: JupyterClientOptions = {}) {
    this.#endpoint = endpoint;
    this.#options = options;
    this.#rest = new JupyterRest(endpoint);
  }

  get #owner(): number {
    return this.#options.owner ?? 0;
  }

  /**
   * Checks that the server answers within `timeoutMs` and accepts the token.
   * @throws DomainError `runtime_unavailable`
   */
  async probe(timeoutMs: number): Promise<void> {
    const { status } = await this.#get('api/status', timeoutMs);
    if (status === 401 || status === 403)
      throw runtimeUnavailable('The Jupyter server refused the token; check it.');
    if (status !== 200) throw runtimeUnavailable('What answers is not a Jupyter server; check its address.');
  }

  /**
   * The names of the installed kernelspecs.
   * @throws DomainError `runtime_unavailable`
   */
  async kernelNames(): Promise<string[]> {
    const { json } = await this.#get('api/kernelspecs', requestTimeoutMs);
    return Object.keys(toRecord(toRecord(json).kernelspecs));
  }

  /**
   * The ids of the running kernels.
   * @throws DomainError `runtime_unavailable`
   */
  async kernelIds(): Promise<string[]> {
    const { json } = await this.#get('api/kernels', requestTimeoutMs);
    return Array.isArray(json) ? json.map((model) => toModel(model).id) : [];
  }

  /**
   * Starts a kernel and waits until it is idle. One whose process ends before that is started again, because that may have a
   * reason which passes, such as a port that another process took before the kernel did.
   * @throws DomainError `runtime_unavailable`; `invalid_path` for a path outside the root; the reason of `signal`
   */
  async startKernel(options: KernelStart): Promise<KernelConnection> {
    for (let starts = 1; ; starts++) {
      try {
        return await this.#startOnce(options);
      } catch (error) {
        const hasExited = error instanceof DomainError && error.cause instanceof KernelExitError;
        if (!hasExited || starts === maxStarts) throw error;
      }
    }
  }

  async #startOnce({ kernelName, path, clientId, signal }: KernelStart): Promise<KernelConnection> {
    signal.throwIfAborted();
    const model = await this.#createKernel(kernelName, path, signal);
    try {
      const relay = (await this.#relayed(model.id, signal)) && { after: 0, owner: this.#owner };
      return await this.#open(model, { clientId, signal, busy: false, relay, isNew: true });
    } catch (error) {
      await this.#remove(model.id).catch(() => {});
      throw error;
    }
  }

  /**
   * Connects again to a running kernel, idle or busy. With the `clientId` of the earlier connection, the server first sends
   * the messages that arrived since that connection was closed.
   * @param options.runId the run that is going to be resumed; see `KernelDeps.relay`
   * @throws DomainError `not_found` when the kernel no longer exists, `runtime_unavailable`; the reason of `signal`
   */
  async attachKernel(options: {
    kernelId: string;
    clientId: string;
    runId?: string;
    signal: AbortSignal;
  }): Promise<KernelConnection> {
    const { kernelId, clientId, runId, signal } = options;
    const relayed = await this.#relayed(kernelId, signal);
    if (relayed) {
      const relay = { after: 0, owner: this.#owner, runId, attachedState: relayed.state };
      return this.#open({ id: kernelId, name: relayed.name }, { clientId, signal, busy: false, relay });
    }
    const path = `api/kernels/${encodeURIComponent(kernelId)}`;
    const { status, json } = await this.#get(path, startTimeoutMs, signal);
    if (status === 404) throw notFound('The kernel');
    if (status !== 200)
      throw runtimeUnavailable('The Jupyter server does not describe the kernel; start a new worker.');
    const busy = toRecord(json).execution_state === 'busy';
    return this.#open(toModel(json), { clientId, signal, busy });
  }

  /**
   * Shuts down a kernel without a connection to it; idempotent.
   * @throws DomainError `runtime_unavailable`
   */
  async removeKernel(kernelId: string): Promise<void> {
    await this.#remove(kernelId).catch((cause) => {
      throw runtimeUnavailable('The kernel could not be shut down; stop its worker.', cause);
    });
  }

  /** Closes the connections of this client; their kernels continue. */
  dispose(): void {
    for (const kernel of this.#kernels) kernel.dispose();
    this.#kernels.clear();
  }

  async #get(path: string, timeoutMs: number, signal?: AbortSignal): Promise<RestAnswer> {
    try {
      return await this.#rest.request('GET', path, { timeoutMs, signal });
    } catch (cause) {
      signal?.throwIfAborted();
      throw runtimeUnavailable('The Jupyter server does not answer; start a new worker.', cause);
    }
  }

  async #relayed(kernelId: string, signal: AbortSignal): Promise<RelayedKernel | undefined> {
    try {
      return await new RelayApi(this.#rest, kernelId).find(startTimeoutMs, signal);
    } catch (cause) {
      signal.throwIfAborted();
      throw runtimeUnavailable('The Jupyter server does not answer; start a new worker.', cause);
    }
  }

  async #createKernel(name: string, path: string, signal: AbortSignal): Promise<KernelModel> {
    const body = { name, path: posix.join(this.#endpoint.folder ?? '', folderOf(path)) };
    // The signal does not abort the request: the server would still start the kernel, and nothing would remove it.
    const starting = this.#rest
      .request('POST', 'api/kernels', { body, timeoutMs: startTimeoutMs })
      .then(({ status, json }) => toModel(status === 201 ? json : undefined));
    try {
      return await rejectOnAbort(starting, signal);
    } catch (cause) {
      if (!signal.aborted) throw runtimeUnavailable(await this.#whyNotCreated(name, cause, signal), cause);
      starting.then(({ id }) => this.#remove(id)).catch(() => {});
      throw signal.reason;
    }
  }

  /** Asked only now, so that the start of a kernel that is there takes no longer. */
  async #whyNotCreated(name: string, cause: unknown, signal: AbortSignal): Promise<string> {
    const hasAnswered = cause instanceof DomainError;
    const names = hasAnswered ? await rejectOnAbort(this.kernelNames(), signal).catch(() => []) : [];
    const missing = names.length > 0 ? whyNoKernel(name, names) : null;
    return missing ?? 'The kernel could not be started; check its name and try again.';
  }

  async #open(
    model: KernelModel,
    options: Pick<KernelDeps, 'clientId' | 'busy' | 'relay'> & { signal: AbortSignal; isNew?: boolean },
  ): Promise<KernelConnection> {
    const { clientId, busy, signal, relay, isNew = false } = options;
    const { parseData, writeData, maxSilenceMs = defaultMaxSilenceMs } = this.#options;
    const deps = {
      ...{ endpoint: this.#endpoint, rest: this.#rest, parseData, writeData },
      ...{ model, clientId, busy, relay, isNew, maxSilenceMs },
    };
    const kernel = await KernelConnection.open(deps, signal);
    this.#kernels.add(kernel);
    kernel.onStatus((status) => {
      if (status === 'dead') this.#kernels.delete(kernel);
    });
    return kernel;
  }

  #remove(kernelId: string): Promise<void> {
    return new KernelRestApi(this.#rest, kernelId).remove();
  }
}

interface KernelModel {
  id: string;
  name: string;
}

function toModel(json: unknown): KernelModel {
  const { id, name } = toRecord(json);
  const valid = typeof id === 'string' && /^[\w-]{1,64}$/.test(id) && typeof name === 'string';
  if (!valid) throw runtimeUnavailable('The Jupyter server gave no kernel.');
  return { id, name };
}

function folderOf(path: string): string {
  const folder = posix.dirname(posix.normalize(`/${path}`)).slice(1);
  if (path.split('/').includes('..'))
    throw new DomainError('invalid_path', 'The path must stay below the root.');
  return folder;
}
