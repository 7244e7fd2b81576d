import { JupyterClient } from '../engines/kernels/jupyter-client.js';
import type { JupyterEndpoint } from '../engines/kernels/jupyter-endpoint.js';

const probeTimeoutMs = 5_000;

/** Whether a server answers within 5 s. */
export async function serverAnswers(endpoint: JupyterEndpoint): Promise<boolean> {
  const client = new JupyterClient(endpoint);
  try {
    await client.probe(probeTimeoutMs);
    return true;
  } catch {
    return false;
  } finally {
    client.dispose();
  }
}
