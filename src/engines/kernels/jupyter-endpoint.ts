/** The address of a Jupyter server and its token. Never leaves the gateway. */
export interface JupyterEndpoint {
  /** `http://host:port/` with the server's base path and a final slash. */
  baseUrl: string;
  token: string;
  /** The worker's folder as a path below the server's root; default the root itself. */
  folder?: string;
}
