import type { JupyterEndpoint } from '../../../engines/kernels/jupyter-endpoint.js';

/** Where a server on this machine answers. */
export function localEndpoint({ port, token }: { port: number; token: string }): JupyterEndpoint {
  return { baseUrl: `http://127.0.0.1:${port}/`, token };
}
