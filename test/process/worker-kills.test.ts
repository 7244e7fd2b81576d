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
import { readEvents } from '../support/sse.js';
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
  for (const { id } of await workers()) await call('DELETE', `/workers/${id}`);
  await gateway.kill('SIGTERM');
  await rm(dataDir, { recursive: true, force: true });
});

interface WorkerState {
  id: string;
  status: string;
  status_reason: string | null;
  progress: { percent: number };
}

const call = (method: string, path: string, body?: object) =>
  fetch(`${gateway.url}/api/v1.0/engagement/spaces/demo/notebooks${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
const workers = async () =>
  ((await (await call('GET', '/workers?include_stopped=true')).json()) as { items: WorkerState[] }).items;
const find = async (id: string) => (await workers()).find((one) => one.id === id)!;
const start = async () =>
  (await (await call('POST', '/workers', { workspace_id: demo.workspaceId })).json()) as WorkerState;
const openSession = async () =>
  (await (await call('POST', '/sessions', { workspace_id: demo.workspaceId })).json()) as {
    id: string;
    worker_id: string;
  };
const run = (session: string, code: string) => call('POST', `/sessions/${session}/execute/stream`, { code });
const printed = async (session: string, code: string) =>
  (await readEvents(await run(session, code))).find(({ data }) => data.type === 'stream')?.data.text;

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
    const all = await workers();
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
  return find(id);
}

it.each([
  ['begins to start', 0],
  ['waits for its server', 40],
])(
  'a worker that %s when the gateway is killed has failed, and nothing of it is left',
  async (_when, percent) => {
    const { id } = await start();
    while ((await find(id)).progress.percent < percent) await sleep(5);
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
  expect((await call('POST', `${path}s`, { ...file, content })).status).toBe(201);
  const asked = once(index, 'connection');
  const { id } = await start();
  await asked;
  const environments = join(dataDir, 'environments');
  expect(await processesNaming(environments)).not.toEqual([]);
  expect(await killAndStart(id)).toMatchObject({ status: 'failed', status_reason: 'start_failed' });
  expect(await processesNaming(environments)).toEqual([]);
  expect(await readdir(environments)).toEqual([]);
  expect((await call('PUT', path, { ...file, content: '' })).status).toBe(200);
}, 150_000);

it('an idle worker and a busy one keep their memory when the gateway is killed', async () => {
  const { id, worker_id } = await openSession();
  await printed(id, 'kept = 41');
  expect(await killAndStart(worker_id)).toMatchObject({ status: 'ready' });
  expect(await printed(id, 'print(kept + 1)')).toBe('42\n');

  const busy = await run(id, "import time\nprint('begun', flush=True)\ntime.sleep(600)");
  await readEvents(busy, ({ data }) => data.type === 'stream');
  await expect.poll(async () => (await find(worker_id)).status).toBe('busy');
  await killAndStart(worker_id);
  // The cell goes on.
  await expect.poll(async () => (await find(worker_id)).status).toBe('busy');
  expect((await call('POST', `/sessions/${id}/interrupt`)).status).toBe(200);
  await expect.poll(async () => (await find(worker_id)).status).toBe('ready');
  expect(await printed(id, 'print(kept + 1)')).toBe('42\n');
}, 150_000);

it('a worker that is stopping when the gateway is killed is stopped, and nothing of it is left', async () => {
  const { worker_id } = await openSession();
  void call('DELETE', `/workers/${worker_id}`).catch(() => {});
  while ((await find(worker_id)).status !== 'stopping') await sleep(5);
  expect(await killAndStart(worker_id)).toMatchObject({ status: 'stopped', status_reason: 'requested' });
  expect(await folders()).toEqual([]);
}, 150_000);
