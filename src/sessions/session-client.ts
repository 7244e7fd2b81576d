import { JupyterClient } from '../engines/kernels/jupyter-client.js';
import type { JupyterEndpoint } from '../engines/kernels/jupyter-endpoint.js';
import { parseJson } from '../engines/nbformat/json.js';

/** Makes the client for the kernels of sessions: numbers in outputs keep their tokens, e.g. `1.0`. */
export function sessionClient(endpoint: JupyterEndpoint): JupyterClient {
  return new JupyterClient(endpoint, parseJson);
}
