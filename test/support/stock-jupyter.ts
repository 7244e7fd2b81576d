import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { JupyterEndpoint } from '../../src/engines/kernels/jupyter-endpoint.js';
import { freePort } from './free-port.js';
import { askJupyter, testPython } from './jupyter.js';

/** An unmodified Jupyter server with its default settings, as one that is registered. */
export interface StockJupyter {
  endpoint: JupyterEndpoint;
  /** Where its kernels start. */
  folder: string;
  close(): Promise<void>;
}

/** Starts a {@link StockJupyter}, and waits until it answers. */
export async function startStockJupyter(): Promise<StockJupyter> {
  const { python } = await testPython();
  const folder = await mkdtemp(join(tmpdir(), 'stock-jupyter-'));
  const [port, token] = [await freePort('127.0.0.1'), randomUUID()];
  const child = spawn(
    python,
    ['-m', 'jupyter_server', '--no-browser', '--allow-root', `--port=${port}`, '--port-retries=0'],
    {
      cwd: folder,
      env: { ...process.env, JUPYTER_TOKEN: token, JUPYTER_CONFIG_DIR: join(folder, '.config') },
      stdio: 'ignore',
    },
  );
  const endpoint = { baseUrl: `http://127.0.0.1:${port}/`, token };
  const answers = async () => {
    if (!(await askJupyter(endpoint, 'GET', 'api/status')).ok) throw new Error('It refuses.');
  };
  await vi.waitFor(answers, { timeout: 60_000, interval: 100 });
  return {
    endpoint,
    folder,
    async close() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
