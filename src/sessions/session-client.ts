import { JupyterClient, type JupyterClientOptions } from '../engines/kernels/jupyter-client.js';
import type { JupyterEndpoint } from '../engines/kernels/jupyter-endpoint.js';
import { parseJson, stringifyJson } from '../engines/nbformat/json.js';

/**
 * Makes the client for the kernels of sessions: numbers in outputs and on comms keep their tokens, e.g. `1.0`.
 * @param options as of {@link JupyterClient}
 */
export function sessionClient(
  endpoint: JupyterEndpoint,
  options: Omit<JupyterClientOptions, 'parseData' | 'writeData'> = {},
): JupyterClient {
  return new JupyterClient(endpoint, { ...options, parseData: parseJson, writeData: stringifyJson });
}
