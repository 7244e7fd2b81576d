import { type Kernel, KernelConnection, type KernelMessage, ServerConnection } from '@jupyterlab/services';
import { decodeMessage } from './decode-message.js';
import type { JupyterEndpoint } from './jupyter-endpoint.js';
import type { JupyterRest } from './jupyter-rest.js';
import { KernelGone } from './kernel-lost-error.js';
import { createKernelRequests } from './kernel-rest-api.js';
import type { watchedSocket } from './kernel-sockets.js';

const probeTimeoutMs = 1_500;
const restartTimeoutMs = 60_000;

/**
 * The library's connection without its unhandled rejections, each of which would end the process: it floats the
 * promises of both methods when a kernel dies or a server goes away. Its owner watches for the outcome instead.
 */
class ContainedConnection extends KernelConnection {
  override async requestKernelInfo(): Promise<KernelMessage.IInfoReplyMsg | undefined> {
    try {
      return await super.requestKernelInfo();
    } catch {
      return undefined;
    }
  }

  override async reconnect(): Promise<void> {
    try {
      await super.reconnect();
    } catch {
      // Its status is `disconnected` now, which the owner is told of.
    }
  }
}

/**
 * Opens the library's connection to a running kernel; it connects in the background.
 * @param socket the WebSocket class, see `watchedSocket`
 */
export function openLibraryConnection(options: {
  endpoint: JupyterEndpoint;
  rest: JupyterRest;
  model: { id: string; name: string };
  clientId: string;
  socket: ReturnType<typeof watchedSocket>['Socket'];
}): Kernel.IKernelConnection {
  const { endpoint, rest, model } = options;
  const serverSettings = ServerConnection.makeSettings({
    baseUrl: endpoint.baseUrl,
    // The socket class and the REST client send the token in a header, so that no address holds it.
    token: '',
    appendToken: false,
    WebSocket: options.socket as unknown as ServerConnection.ISettings['WebSocket'],
    serializer: { ...ServerConnection.makeSettings().serializer, deserialize: decodeMessage },
  });
  const connection = new ContainedConnection({
    model,
    clientId: options.clientId,
    handleComms: false,
    serverSettings,
    kernelAPIClient: kernelApi(rest, serverSettings),
  });
  connection.info.catch(() => {});
  return connection;
}

/** The part of the library's REST client that its connection calls; its own has no time limits and prints tracebacks. */
function kernelApi(rest: JupyterRest, serverSettings: ServerConnection.ISettings): Kernel.IKernelAPIClient {
  const unused = () => Promise.reject(new Error('The connection has no use for this.'));
  return {
    serverSettings,
    listRunning: unused,
    startNew: unused,
    interrupt: unused,
    shutdown: unused,

    async getModel(id) {
      try {
        const { status, json } = await rest.request('GET', `api/kernels/${id}`, {
          timeoutMs: probeTimeoutMs,
        });
        return status === 200 ? (json as Kernel.IModel) : undefined;
      } catch (error) {
        throw new ServerConnection.NetworkError(error as TypeError);
      }
    },

    async restart(id) {
      const path = `api/kernels/${id}/restart`;
      const { status } = await rest.request('POST', path, { body: {}, timeoutMs: restartTimeoutMs });
      if (status === 200) return;
      // Jupyter Server answers 500 for a kernel that it does not have.
      if (!(await createKernelRequests(rest, id).exists())) throw new KernelGone('kernel_died');
      throw new Error(`The Jupyter server answered a restart with ${status}.`);
    },
  };
}
