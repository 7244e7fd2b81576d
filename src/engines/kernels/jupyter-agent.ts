import { type AgentOptions, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Duplex } from 'node:stream';
import type { JupyterEndpoint, ServerConnection } from './jupyter-endpoint.js';

/** Idle connections are closed after 30 seconds. */
const defaults: AgentOptions = { keepAlive: true, timeout: 30_000, maxFreeSockets: 2 };

/** An agent whose connections {@link JupyterEndpoint.connect} opens. */
class ConnectingAgent extends HttpAgent {
  readonly #connect: () => Promise<ServerConnection>;

  constructor(connect: () => Promise<ServerConnection>, options: AgentOptions) {
    super(options);
    this.#connect = connect;
  }

  override createConnection(
    _options: unknown,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): null {
    this.#connect().then(
      (stream) => callback?.(null, stream),
      (error) => callback?.(error, undefined as unknown as Duplex),
    );
    return null;
  }
}

/** An agent of https addresses, for which {@link JupyterEndpoint.connect} returns a stream with TLS. */
class ConnectingTlsAgent extends HttpsAgent {
  readonly #plain: ConnectingAgent;

  constructor(connect: () => Promise<ServerConnection>, options: AgentOptions) {
    super(options);
    this.#plain = new ConnectingAgent(connect, options);
  }

  override createConnection(given: unknown, callback?: (error: Error | null, stream: Duplex) => void): null {
    return this.#plain.createConnection(given, callback);
  }
}

/**
 * Creates the HTTP agent for the requests and WebSockets to one server.
 * @param changes options that differ from the defaults: connections are used again
 * @see https://nodejs.org/docs/latest-v20.x/api/http.html#class-httpagent
 */
export function createJupyterAgent(
  { baseUrl, connect }: JupyterEndpoint,
  changes: Pick<AgentOptions, 'keepAlive'> = {},
): HttpAgent {
  const options = { ...defaults, ...changes };
  const isSecure = new URL(baseUrl).protocol === 'https:';
  if (!connect) return isSecure ? new HttpsAgent(options) : new HttpAgent(options);
  return isSecure ? new ConnectingTlsAgent(connect, options) : new ConnectingAgent(connect, options);
}
