import { setTimeout as sleep } from 'node:timers/promises';
import { type Kernel, KernelConnection, type KernelMessage, ServerConnection } from '@jupyterlab/services';
import { decodeMessage } from './decode-message.js';
import type { JupyterEndpoint } from './jupyter-endpoint.js';
import type { JupyterRest } from './jupyter-rest.js';
import { KernelLostError } from './kernel-lost-error.js';
import { KernelRestApi } from './kernel-rest-api.js';
import type { KernelSockets } from './kernel-sockets.js';
import { inParts, type ParseData } from './read-message.js';
import { withReplyId } from './with-reply-id.js';
import { type WriteData, writeMessage } from './write-message.js';

const lookupTimeoutMs = 1_500;
const lookupPauseMs = 500;
const restartTimeoutMs = 60_000;

/**
 * The library's connection without its unhandled rejections, each of which would end the process: when a kernel dies or a
 * server is gone, the library awaits the promise of neither method. The owner of the connection watches its status instead.
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
      // The status is `disconnected` now, and the owner is notified of that.
    }
  }
}

/** Opens the library's connection to a running kernel; it connects in the background. */
export function openLibraryConnection(options: {
  endpoint: JupyterEndpoint;
  rest: JupyterRest;
  model: { id: string; name: string };
  clientId: string;
  sockets: KernelSockets;
  parseData?: ParseData;
  writeData?: WriteData;
  /** Whether the sockets bring each message with its position in front. */
  hasPositions: boolean;
}): Kernel.IKernelConnection {
  const { endpoint, rest, model, clientId, sockets, parseData, writeData, hasPositions } = options;
  const deserialize = ((data: ArrayBuffer, protocol?: string) => {
    if (!hasPositions) return decodeMessage(data, protocol, parseData);
    const position = Number(new DataView(data).getBigUint64(0, true));
    return Object.assign(decodeMessage(data.slice(8), protocol, parseData), { position });
  }) as typeof decodeMessage;
  const { serializer } = ServerConnection.makeSettings();
  const serialize: typeof serializer.serialize = (given, protocol) => {
    const message = withReplyId(given);
    return protocol === inParts && writeData
      ? writeMessage(message, writeData)
      : serializer.serialize(message, protocol);
  };
  const serverSettings = ServerConnection.makeSettings({
    baseUrl: endpoint.baseUrl,
    // The sockets and the REST client send the token in a header, so that no URL contains it.
    token: '',
    appendToken: false,
    WebSocket: sockets.Socket as unknown as ServerConnection.ISettings['WebSocket'],
    serializer: { serialize, deserialize },
  });
  const kernelAPIClient = createKernelApi(rest, serverSettings, () => connection.isDisposed);
  const connection: Kernel.IKernelConnection = new ContainedConnection({
    model,
    clientId,
    handleComms: false,
    serverSettings,
    kernelAPIClient,
  });
  connection.info.catch(() => {});
  return connection;
}

/** The methods of the library's REST client that its connection calls. Its own have no time limits and print tracebacks. */
function createKernelApi(
  rest: JupyterRest,
  serverSettings: ServerConnection.ISettings,
  isDisposed: () => boolean,
): Kernel.IKernelAPIClient {
  const unused = () => Promise.reject(new Error('The connection does not use this method.'));
  return {
    serverSettings,
    listRunning: unused,
    startNew: unused,
    interrupt: unused,
    shutdown: unused,

    /** Waits for a server that does not answer, because the library would try again only after 10 to 30 s. */
    async getModel(id) {
      while (!isDisposed()) {
        try {
          const options = { timeoutMs: lookupTimeoutMs };
          const { status, json } = await rest.request('GET', `api/kernels/${id}`, options);
          return status === 200 ? (json as Kernel.IModel) : undefined;
        } catch {
          await sleep(lookupPauseMs);
        }
      }
      return undefined;
    },

    async restart(id) {
      const path = `api/kernels/${id}/restart`;
      const { status } = await rest.request('POST', path, { body: {}, timeoutMs: restartTimeoutMs });
      if (status === 200) return;
      // Jupyter Server answers 500 for a kernel that it does not have.
      if (!(await new KernelRestApi(rest, id).exists())) throw new KernelLostError('kernel_died');
      throw new Error(`The Jupyter server answered a restart with ${status}.`);
    },
  };
}
