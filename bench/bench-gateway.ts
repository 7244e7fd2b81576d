import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testJupyterHome, testPython } from '../test/support/jupyter.js';
import { noRateLimits } from '../test/support/no-rate-limits.js';

/**
 * Starts a gateway as `npm start` does, in a process and data folder of its own, so that the benchmark does not slow it.
 * @param environment more variables for it; default none, then workers are local
 */
export async function openBenchGateway(environment: Record<string, string> = {}) {
  if (!environment.WORKER_BACKENDS) await testPython();
  const dataDir = await mkdtemp(join(tmpdir(), 'gateway-bench-'));
  const child = spawn(process.execPath, ['dist/src/main.js'], {
    env: {
      ...process.env,
      DATA_DIR: dataDir,
      ...noRateLimits,
      PORT: '0',
      HOST: '127.0.0.1',
      JUPYTER_HOME: testJupyterHome,
      LOG_LEVEL: 'warn',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let printed = '';
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      printed += chunk;
      const listening = /Listening on \S+:(\d+)/.exec(printed);
      if (listening) resolve(Number(listening[1]));
    });
    ended.then(() => reject(new Error(`The gateway ended:\n${printed}`)));
  });
  const token = (await readFile(join(dataDir, 'admin-token'), 'utf8')).trim();
  return {
    port,
    token,
    pid: child.pid!,
    async close() {
      const api = `http://127.0.0.1:${port}/api/v1.0/engagement/spaces/demo/notebooks/workers`;
      const headers = { authorization: `Bearer ${token}` };
      const { items } = (await (await fetch(api, { headers })).json()) as { items: { id: string }[] };
      for (const { id } of items) await fetch(`${api}/${id}`, { method: 'DELETE', headers });
      child.kill('SIGTERM');
      await ended;
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
