import { posix } from 'node:path';
import { DomainError, notFound } from '../../errors.js';
import { orAborted } from '../events/reject-on-abort.js';
import type { JupyterEndpoint } from './jupyter-endpoint.js';
import { createJupyterRest } from './jupyter-rest.js';
import { openKernel } from './kernel-connection.js';
import { toRecord } from './kernel-event.js';
import { createKernelRequests } from './kernel-rest-api.js';
import type { KernelConnection } from './kernel-status.js';

export type { KernelConnection } from './kernel-status.js';

const requestTimeoutMs = 10_000;
/** A server answers the start of a kernel once its process runs. */
const startTimeoutMs = 60_000;

/** What the gateway asks of one Jupyter server. */
export interface JupyterClient {
  /** Whether the server answers within `timeoutMs` and takes the token. @throws DomainError `runtime_unavailable` */
  probe(timeoutMs: number): Promise<void>;
  /** The names of the installed kernelspecs. @throws DomainError `runtime_unavailable` */
  kernelNames(): Promise<string[]>;
  /**
   * Starts a kernel in the folder of `path` (relative to the endpoint's folder; `''` is that) and resolves when it is
   * idle. `clientId` is the session id of the one owner connection: kept by the caller for `attachKernel`.
   * @throws DomainError `runtime_unavailable`; `invalid_path` for a path that leaves the root
   */
  startKernel(options: {
    kernelName: string;
    path: string;
    clientId: string;
    signal: AbortSignal;
  }): Promise<KernelConnection>;
  /**
   * Connects to a running kernel again, idle or busy; with the same `clientId` the server replays what came meanwhile.
   * @throws DomainError `not_found` when the kernel is gone, `runtime_unavailable`
   */
  attachKernel(options: {
    kernelId: string;
    clientId: string;
    signal: AbortSignal;
  }): Promise<KernelConnection>;
  /** Ends a kernel that there is no connection to; idempotent. @throws DomainError `runtime_unavailable` */
  removeKernel(kernelId: string): Promise<void>;
  /** Closes the connections of this client and leaves their kernels running. */
  dispose(): void;
}

/**
 * Makes a {@link JupyterClient}.
 * @see https://jupyter-server.readthedocs.io/en/latest/developers/rest-api.html
 */
export function connectJupyter(endpoint: JupyterEndpoint): JupyterClient {
  const rest = createJupyterRest(endpoint);
  const kernels = new Set<KernelConnection>();

  async function get(path: string, timeoutMs: number, signal?: AbortSignal) {
    try {
      return await rest.request('GET', path, { timeoutMs, signal });
    } catch (cause) {
      signal?.throwIfAborted();
      throw unavailable('The Jupyter server does not answer; start a new worker.', cause);
    }
  }

  async function open(
    model: Model,
    clientId: string,
    signal: AbortSignal,
    busy: boolean,
  ): Promise<KernelConnection> {
    const kernel = await openKernel({ endpoint, rest, model, clientId, signal, busy });
    kernels.add(kernel);
    kernel.onStatus((status) => {
      if (status === 'dead') kernels.delete(kernel);
    });
    return kernel;
  }

  const remove = (id: string) => createKernelRequests(rest, id).remove();

  return {
    async probe(timeoutMs) {
      const { status } = await get('api/status', timeoutMs);
      if (status === 401 || status === 403)
        throw unavailable('The Jupyter server refused the token; check it.');
      if (status !== 200) throw unavailable('What answers is not a Jupyter server; check its address.');
    },

    async kernelNames() {
      const { json } = await get('api/kernelspecs', requestTimeoutMs);
      return Object.keys(toRecord(toRecord(json).kernelspecs));
    },

    async startKernel({ kernelName, path, clientId, signal }) {
      signal.throwIfAborted();
      const body = { name: kernelName, path: posix.join(endpoint.folder ?? '', folderOf(path)) };
      // Not aborted by the signal: the server would start the kernel all the same and nobody would end it.
      const starting = rest
        .request('POST', 'api/kernels', { body, timeoutMs: startTimeoutMs })
        .then(({ status, json }) => toModel(status === 201 ? json : undefined));
      let model: Model;
      try {
        model = await orAborted(starting, signal);
      } catch (cause) {
        if (!signal.aborted)
          throw unavailable('The kernel could not be started; check its name and try again.', cause);
        starting.then(({ id }) => remove(id)).catch(() => {});
        throw signal.reason;
      }
      try {
        return await open(model, clientId, signal, false);
      } catch (error) {
        await remove(model.id).catch(() => {});
        throw error;
      }
    },

    async attachKernel({ kernelId, clientId, signal }) {
      const { status, json } = await get(
        `api/kernels/${encodeURIComponent(kernelId)}`,
        requestTimeoutMs,
        signal,
      );
      if (status === 404) throw notFound('The kernel');
      if (status !== 200)
        throw unavailable('The Jupyter server does not tell about the kernel; start a new worker.');
      return open(toModel(json), clientId, signal, toRecord(json).execution_state === 'busy');
    },

    async removeKernel(kernelId) {
      await remove(kernelId).catch((cause) => {
        throw unavailable('The kernel could not be shut down; stop its worker.', cause);
      });
    },

    dispose() {
      for (const kernel of kernels) kernel.dispose();
      kernels.clear();
    },
  };
}

interface Model {
  id: string;
  name: string;
}

function toModel(json: unknown): Model {
  const { id, name } = toRecord(json);
  const valid = typeof id === 'string' && /^[\w-]{1,64}$/.test(id) && typeof name === 'string';
  if (!valid) throw unavailable('The Jupyter server gave no kernel.');
  return { id, name };
}

function folderOf(path: string): string {
  const folder = posix.dirname(posix.normalize(`/${path}`)).slice(1);
  if (path.split('/').includes('..'))
    throw new DomainError('invalid_path', 'The path must stay below the root.');
  return folder;
}

function unavailable(message: string, cause?: unknown): DomainError {
  return new DomainError('runtime_unavailable', message, { cause });
}
