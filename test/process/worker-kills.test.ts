import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.js';
import { testPython } from '../support/jupyter.js';
import { expectMemoryKept } from '../support/keep-memory.js';
import { WorkerClient, type WorkerState } from '../support/worker-client.js';
import { processesNaming, workersWithProcesses } from '../support/worker-processes.js';

let dataDir: string;
let gateway: GatewayProcess;
let token: string;
beforeAll(async () => {
  await testPython();
  dataDir = await mkdtemp(join(tmpdir(), 'gateway-process-'));
  gateway = await startGatewayProcess(dataDir);
  token = (await readFile(join(dataDir, 'admin-token'), 'utf8')).trim();
}, 150_000);
afterAll(async () => {
  for (const { id } of await client.workers()) await client.call('DELETE', `/workers/${id}`);
  await gateway.kill('SIGTERM');
  await rm(dataDir, { recursive: true, force: true });
});

const client = new WorkerClient(() => ({ url: gateway.url, token }));
const workersDirectory = () => join(dataDir, 'workers');
const folders = async () =>
  (await readdir(workersDirectory(), { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();

/** Kills the gateway, starts it again, and returns the worker once all that runs and lies about is owned. */
async function killAndStart(id: string): Promise<WorkerState> {
  await gateway.kill('SIGKILL');
  const from = Date.now();
  gateway = await startGatewayProcess(dataDir);
  const isOwned = async () => {
    const all = await client.workers();
    const live = all.filter(({ status }) => !['stopped', 'failed'].includes(status)).map((one) => one.id);
    const owned = JSON.stringify(live.sort());
    const isSame = (found: string[]) => JSON.stringify(found) === owned;
    return (
      all.every(({ status }) => status !== 'starting' && status !== 'stopping') &&
      isSame(await folders()) &&
      isSame(await workersWithProcesses(workersDirectory()))
    );
  };
  await expect.poll(isOwned, { timeout: 30_000 - (Date.now() - from) }).toBe(true);
  return client.find(id);
}

it.each([
  ['begins to start', 0],
  ['waits for its server', 40],
])(
  'a worker that %s when the gateway is killed has failed, and nothing of it is left',
  async (_when, percent) => {
    const { id } = await client.start();
    while ((await client.find(id)).progress.percent < percent) await sleep(5);
    expect(await killAndStart(id)).toMatchObject({ status: 'failed', status_reason: 'start_failed' });
    expect(await folders()).toEqual([]);
  },
  150_000,
);

it('a worker whose packages are installed when the gateway is killed has failed, and pip has ended', async () => {
  const waiting: Socket[] = [];
  // A package index that accepts connections and never answers.
  const index = createServer((socket) => waiting.push(socket.on('error', () => {}))).listen(0, '127.0.0.1');
  onTestFinished(() => {
    for (const socket of waiting) socket.destroy();
    index.close();
  });
  await once(index, 'listening');
  const file = { path: 'requirements.txt' };
  const path = `/workspaces/${demo.workspaceId}/authoring-file`;
  const content = `--index-url http://127.0.0.1:${(index.address() as AddressInfo).port}/\nnever-there\n`;
  expect((await client.call('POST', `${path}s`, { ...file, content })).status).toBe(201);
  const asked = once(index, 'connection');
  const { id } = await client.start();
  await asked;
  const environments = join(dataDir, 'environments');
  expect(await processesNaming(environments)).not.toEqual([]);
  expect(await killAndStart(id)).toMatchObject({ status: 'failed', status_reason: 'start_failed' });
  expect(await processesNaming(environments)).toEqual([]);
  expect(await readdir(environments)).toEqual([]);
  expect((await client.call('PUT', path, { ...file, content: '' })).status).toBe(200);
}, 150_000);

it('an idle worker and a busy one keep their memory when the gateway is killed', async () => {
  await expectMemoryKept(client, killAndStart);
}, 150_000);

it('a worker that is stopping when the gateway is killed is stopped, and nothing of it is left', async () => {
  const { worker_id } = await client.openSession();
  void client.call('DELETE', `/workers/${worker_id}`).catch(() => {});
  while ((await client.find(worker_id)).status !== 'stopping') await sleep(5);
  expect(await killAndStart(worker_id)).toMatchObject({ status: 'stopped', status_reason: 'requested' });
  expect(await folders()).toEqual([]);
}, 150_000);
