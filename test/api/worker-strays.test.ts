import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { demo } from '../../prisma/seed.js';
import type { BackendInventory, WorkerBackend } from '../../src/workers/backend.js';
import { openExternalBackend } from '../../src/workers/backends/external/open-external-backend.js';
import { makeWorker } from '../support/factories/make-worker.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { createWorkerNeeds, testPython } from '../support/jupyter.js';
import { workersWithProcesses } from '../support/worker-processes.js';

vi.setConfig({ testTimeout: 120_000 });

const key = { kernelProfileId: 'python3', resourceClassId: 'standard' };
let at: TestGateway;
/** What starts servers that the gateway does not know. */
let other: WorkerBackend;
/** The backend of the gateway. */
let own: WorkerBackend;
/** How often the gateway has asked what its backend has. */
let sweeps: number;
/** Comes before each answer to that question. */
let onInventory: (found: BackendInventory) => BackendInventory;
/** Comes after each start of a server, before the gateway knows of it. */
let afterStart: () => Promise<void>;

beforeAll(async () => {
  at = await openTestGateway({
    sweepMs: 300,
    backends: (dataDir, _gatewayId, _servers, mayCreate) => {
      const options = { stateRoot: join(dataDir, 'workers'), python: testPython };
      other = openExternalBackend(options);
      const backend = openExternalBackend({ ...options, mayCreate });
      own = backend;
      const { start, inventory } = backend;
      backend.start = async (...args) => {
        const endpoint = await start.apply(backend, args);
        await afterStart();
        return endpoint;
      };
      backend.inventory = async () => {
        sweeps += 1;
        return onInventory(await inventory.call(backend));
      };
      return [backend];
    },
  });
}, 300_000);
beforeEach(() => {
  sweeps = 0;
  onInventory = (found) => found;
  afterStart = async () => {};
});
afterEach(async () => {
  const { prisma, workers } = at.gateway.services;
  for (const { id } of await prisma.worker.findMany()) await workers.stop(id);
  await prisma.warmPool.deleteMany();
  await workers.warmPool.refresh();
});
afterAll(async () => {
  await other.close();
  await at.close();
});

const away = () => {
  throw new Error('the engine is away');
};
const directory = () => join(at.dataDir, 'workers');
const processes = () => workersWithProcesses(directory());
const hasFolder = (id: string) => existsSync(join(directory(), id));
const start = async () =>
  (await at.rest('POST', '/workers', { body: { workspace_id: demo.workspaceId } })).body.id as string;
const status = async (id: string) => (await at.rest('GET', `/workers/${id}`)).body.status;
const sweepTimes = (count: number) => {
  const target = sweeps + count;
  return expect.poll(() => sweeps, { timeout: 60_000 }).toBeGreaterThan(target);
};

/** Starts a server as a process would that does not know of the owner any more. */
async function startStray(): Promise<string> {
  const workerId = randomUUID();
  const folder = join(directory(), workerId);
  const paths = { filesDirectory: join(folder, 'files'), stateDirectory: join(folder, 'state') };
  const spec = { workerId, ...paths, ...createWorkerNeeds() };
  // It is to be found only once it runs.
  const before = onInventory;
  onInventory = away;
  for (const path of Object.values(paths)) await mkdir(path, { recursive: true });
  await other.start(spec, () => {}, AbortSignal.timeout(90_000));
  onInventory = before;
  return workerId;
}

it('a server that belongs to no worker is removed with its folder, and no ready and no warm worker is', async () => {
  await at.gateway.services.prisma.warmPool.create({ data: { ...key, size: 1, kernels: 0 } });
  const { warmPool } = at.gateway.services.workers;
  await warmPool.refresh();
  await expect.poll(() => warmPool.counts(key).ready, { timeout: 60_000 }).toBe(1);
  const taken = await start();
  await expect.poll(() => status(taken), { timeout: 60_000 }).toBe('ready');
  await expect.poll(() => warmPool.counts(key).ready, { timeout: 60_000 }).toBe(1);
  const known = await processes();
  expect(known).toHaveLength(2);
  const stray = await startStray();
  await expect.poll(() => hasFolder(stray), { timeout: 60_000 }).toBe(false);
  await sweepTimes(3);
  expect(await processes()).toEqual(known);
  expect(await status(taken)).toBe('ready');
});

it('no worker is removed that starts, also while its server runs already', async () => {
  let goOn = () => {};
  const gate = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  afterStart = () => gate;
  const id = await start();
  await expect.poll(processes, { timeout: 60_000 }).toEqual([id]);
  await sweepTimes(4);
  goOn();
  await expect.poll(() => status(id), { timeout: 60_000 }).toBe('ready');
  expect(await processes()).toEqual([id]);
});

it('a folder that belongs to no worker is removed', async () => {
  const stray = randomUUID();
  await mkdir(join(directory(), stray, 'files'), { recursive: true });
  await expect.poll(() => hasFolder(stray)).toBe(false);
});

it('what only every other sweep finds is not removed, and what two in a row find is', async () => {
  onInventory = (found) => (sweeps % 2 === 0 ? found : { workerIds: [], abandoned: new Map() });
  const stray = await startStray();
  await sweepTimes(6);
  expect(await processes()).toEqual([stray]);
  onInventory = (found) => found;
  await expect.poll(processes, { timeout: 60_000 }).toEqual([]);
});

it('nothing is removed while the backend does not answer', async () => {
  onInventory = away;
  const stray = await startStray();
  await sweepTimes(4);
  expect(await processes()).toEqual([stray]);
  expect(hasFolder(stray)).toBe(true);
  // An answer between two failures is not the second in a row.
  onInventory = (found) => (sweeps % 2 === 0 ? found : away());
  await sweepTimes(4);
  expect(await processes()).toEqual([stray]);
  onInventory = (found) => found;
  await expect.poll(processes, { timeout: 60_000 }).toEqual([]);
});

it('what installs packages for no start is removed by the second sweep that finds it', async () => {
  const removals: number[] = [];
  const remove = async () => void removals.push(sweeps);
  const found: number[] = [];
  onInventory = ({ workerIds }) => {
    if (removals.length > 0) return { workerIds, abandoned: new Map() };
    found.push(sweeps);
    return { workerIds, abandoned: new Map([['installation', remove]]) };
  };
  await sweepTimes(4);
  expect(found).toHaveLength(2);
  expect(removals).toEqual([found[1]]);
});

it('a folder whose removal takes long holds up no other removal, and is not removed twice', async () => {
  const { prisma } = at.gateway.services;
  const { id: userId } = await prisma.user.findFirstOrThrow();
  const { id: slow } = await makeWorker(at, { userId, status: 'stopped' });
  let goOn = () => {};
  const gate = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const removals: string[] = [];
  const remove = async (id: string) => {
    removals.push(id);
    await gate;
  };
  const stray = await startStray();
  // As where the folders are on servers.
  Object.assign(own, { remoteFolders: { remove } });
  try {
    await mkdir(join(directory(), slow, 'files'), { recursive: true });
    await expect.poll(() => removals, { timeout: 60_000 }).toContain(slow);
    await expect.poll(processes, { timeout: 60_000 }).toEqual([]);
    await sweepTimes(4);
    expect(removals.filter((id) => id === slow)).toHaveLength(1);
    expect(hasFolder(slow)).toBe(true);
  } finally {
    goOn();
    Object.assign(own, { remoteFolders: undefined });
  }
  await expect.poll(() => hasFolder(slow), { timeout: 60_000 }).toBe(false);
  await expect.poll(() => hasFolder(stray), { timeout: 60_000 }).toBe(false);
});

it('what cannot be removed is not tried by each sweep, and the rest is removed although there is much of it', async () => {
  const attempts = new Map<string, number>();
  const failing = Array.from({ length: 250 }, (_, index) => `build-${index}`);
  const abandoned = new Map<string, () => Promise<void>>();
  for (const name of failing)
    abandoned.set(name, async () => {
      attempts.set(name, (attempts.get(name) ?? 0) + 1);
      throw new Error('it is in use');
    });
  abandoned.set('last', async () => void abandoned.delete('last'));
  onInventory = ({ workerIds }) => ({ workerIds, abandoned });
  await expect.poll(() => abandoned.has('last'), { timeout: 60_000 }).toBe(false);
  await sweepTimes(6);
  expect(attempts.size).toBe(failing.length);
  expect([...attempts.values()].every((count) => count === 1)).toBe(true);
});

it('a former owner removes nothing and starts nothing', async () => {
  const { prisma, workers } = at.gateway.services;
  const where = { key: 1 };
  await prisma.installation.update({ where, data: { runtimeEpoch: { increment: 1 } } });
  try {
    await prisma.warmPool.create({ data: { ...key, size: 1, kernels: 0 } });
    const stray = await startStray();
    await workers.warmPool.refresh();
    await sweepTimes(8);
    expect(await processes()).toEqual([stray]);
  } finally {
    await prisma.installation.update({ where, data: { runtimeEpoch: { decrement: 1 } } });
    await prisma.warmPool.deleteMany();
  }
  await workers.warmPool.refresh();
  await expect.poll(processes, { timeout: 60_000 }).toEqual([]);
});
