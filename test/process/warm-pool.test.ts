import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.js';
import { testPython } from '../support/jupyter.js';

vi.setConfig({ testTimeout: 150_000 });

let dataDir: string;
let gateway: GatewayProcess;
beforeAll(async () => {
  await testPython();
  dataDir = await mkdtemp(join(tmpdir(), 'gateway-process-'));
  gateway = await startGatewayProcess(dataDir);
});
afterAll(async () => {
  await gateway.kill('SIGTERM');
  await rm(dataDir, { recursive: true, force: true });
});

async function graph(query: string): Promise<any> {
  const token = (await readFile(join(dataDir, 'admin-token'), 'utf8')).trim();
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return ((await response.json()) as { data: any }).data;
}

/** The processes that have the data folder in their environment: servers and kernels, but not the gateway. */
async function serverPids(): Promise<number[]> {
  const found: number[] = [];
  for (const pid of await readdir('/proc')) {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (environment.includes(`JUPYTER_RUNTIME_DIR=${dataDir}`)) found.push(Number(pid));
  }
  return found;
}

const full = () =>
  expect
    .poll(async () => (await graph('{ warmPools { ready starting } }')).warmPools, { timeout: 60_000 })
    .toEqual([{ ready: 2, starting: 0 }]);

it.runIf(process.platform === 'linux')(
  'after kill -9 the warm workers of the killed gateway end, and the pool is filled again',
  async () => {
    const ids = 'kernelProfileId: "python3", resourceClassId: "standard"';
    await graph(`mutation { setWarmPool(${ids}, size: 2) { size } }`);
    await full();
    const before = await serverPids();
    // Beside its server, a worker has the processes that isolate it.
    expect(before.length).toBeGreaterThanOrEqual(2);
    await gateway.kill('SIGKILL');
    expect(await serverPids()).toEqual(before);
    gateway = await startGatewayProcess(dataDir);
    await full();
    const after = await serverPids();
    expect(after).toHaveLength(before.length);
    expect(after.filter((pid) => before.includes(pid))).toEqual([]);
  },
);

it.runIf(process.platform === 'linux')('a gateway that is stopped leaves no warm worker', async () => {
  await full();
  await gateway.kill('SIGTERM');
  expect(await serverPids()).toEqual([]);
  gateway = await startGatewayProcess(dataDir);
});
