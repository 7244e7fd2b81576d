import { afterAll, beforeAll } from 'vitest';
import { JupyterClient } from '../../../src/engines/kernels/jupyter-client.js';
import type { KernelConnection } from '../../../src/engines/kernels/kernel-connection.js';
import { startTestJupyter, type TestJupyter } from '../../support/jupyter.js';
import { startPython } from '../../support/kernel.js';

export let jupyter: TestJupyter;
export let client: JupyterClient;
export let kernel: KernelConnection;

/** Starts one Jupyter server with a kernel for the tests of the file that calls this, and ends it after them. */
export function setUpKernel(): void {
  beforeAll(async () => {
    jupyter = await startTestJupyter();
    client = new JupyterClient(jupyter.endpoint);
    kernel = await startPython(client);
  }, 300_000);
  afterAll(async () => {
    client?.dispose();
    await jupyter?.close();
  }, 30_000);
}
