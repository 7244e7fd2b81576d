import type { Duplex } from 'node:stream';

/** The address of a Jupyter server and its token. Never leaves the gateway. */
export interface JupyterEndpoint {
  /** `http://host:port/` with the server's base path and a final slash. */
  baseUrl: string;
  token: string;
  /** The worker's folder as a path below the server's root; default the root itself. */
  folder?: string;
  /**
   * Opens a connection to the server, e.g. to a Unix socket; default connects to the host and port of `baseUrl`. For an
   * `https` address it does the TLS handshake too. Must reject within a bound that it sets itself.
   */
  connect?: () => Promise<Duplex>;
}
