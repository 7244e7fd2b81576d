import { JupyterClient } from '../engines/kernels/jupyter-client.js';
import type { JupyterEndpoint } from '../engines/kernels/jupyter-endpoint.js';

/** Whether a server answers within a time limit, by default of 5 s. */
export async function serverAnswers(endpoint: JupyterEndpoint, timeoutMs = 5_000): Promise<boolean> {
  const client = new JupyterClient(endpoint);
  try {
    await client.probe(timeoutMs);
    return true;
  } catch {
    return false;
  } finally {
    client.dispose();
  }
}
