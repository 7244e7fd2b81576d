import type { Duplex } from 'node:stream';

/** A stream to a server that HTTP clients can use, and use again, as they use a network connection. */
export interface ServerConnection extends Duplex {
  /** Makes the stream emit `timeout` after so many milliseconds of silence. */
  setTimeout(milliseconds: number): unknown;
  setKeepAlive(isOn: boolean, milliseconds: number): unknown;
  /** Lets this process end while nothing but the stream is open. */
  unref(): unknown;
  ref(): unknown;
}

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
  connect?: () => Promise<ServerConnection>;
}
