import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import type { Database } from '../../src/engines/database/database.js';
import type { WorkerBackend } from '../../src/workers/backend.js';
import { openExternalBackend } from '../../src/workers/backends/external/open-external-backend.js';
import { openTestDatabase } from '../support/database.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { serverPidOf, testPython } from '../support/jupyter.js';

let database: Database;
let dataDir: string;
let backend: WorkerBackend;
let at: TestGateway;
/** Comes before each stop of a server. */
let beforeStop: () => Promise<void>;
/** Comes after each start of a server, before the gateway knows of it. */
let afterStart: (workerId: string) => Promise<void>;

function open(): Promise<TestGateway> {
  return openTestGateway({
    database: { ...database, close: async () => {} },
    dataDir,
    backends: () => {
      backend = openExternalBackend({ stateRoot: join(dataDir, 'workers'), python: testPython });
      const stopServer = backend.stop.bind(backend);
      backend.stop = async (workerId) => {
        await beforeStop();
        await stopServer(workerId);
      };
      const startServer = backend.start.bind(backend);
      backend.start = async (spec, ...more) => {
        const endpoint = await startServer(spec, ...more);
        await afterStart(spec.workerId);
        return endpoint;
      };
      return [backend];
    },
  });
}

beforeAll(async () => {
  database = await openTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'gateway-test-'));
  at = await open();
}, 300_000);
beforeEach(() => {
  beforeStop = async () => {};
  afterStart = async () => {};
});
afterAll(async () => {
  for (const { id } of await database.prisma.worker.findMany()) await at.gateway.services.workers.stop(id);
  await at.close();
  await database.close();
  await rm(dataDir, { recursive: true, force: true });
});

const start = () => at.rest('POST', '/workers', { body: { workspace_id: demo.workspaceId } });
const stop = (id: string) => at.rest('DELETE', `/workers/${id}`);
const read = async (id: string) => (await at.rest('GET', `/workers/${id}`)).body;
const folderNames = (id: string) => readdir(join(dataDir, 'workers', id)).catch(() => []);
const running = async (id: string) => (await backend.running()).has(id);
const failToStop = async () => {
  throw new Error('the engine is away');
};

async function startReady(): Promise<string> {
  const { id } = (await start()).body;
  await expect.poll(async () => (await read(id)).status, { timeout: 60_000 }).toBe('ready');
  return id;
}

it('a start during a stop creates a new worker', async () => {
  const first = await startReady();
  let goOn = () => {};
  const gate = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  beforeStop = () => gate;
  const stopped = Promise.all([stop(first), stop(first)]);
  await expect.poll(async () => (await read(first)).status).toBe('stopping');
  const second = await start().finally(goOn);
  expect(second.status).toBe(201);
  expect(second.body.id).not.toBe(first);
  expect((await stopped).map(({ status }) => status)).toEqual([204, 204]);
  expect(await read(first)).toMatchObject({ status: 'stopped', status_reason: 'requested' });
  expect((await start()).body.id).toBe(second.body.id);
  expect((await stop(second.body.id)).status).toBe(204);
}, 120_000);

it('a worker that cannot be stopped is failed, and is stopped as soon as the backend allows', async () => {
  const id = await startReady();
  beforeStop = failToStop;
  expect((await stop(id)).status).toBe(204);
  expect(await read(id)).toMatchObject({ status: 'failed', status_reason: 'stop_failed' });
  expect(await running(id)).toBe(true);
  // What runs on could change it while it is removed.
  expect(await folderNames(id)).toEqual(expect.arrayContaining(['files', 'state']));
  beforeStop = async () => {};
  await expect.poll(() => running(id), { timeout: 30_000 }).toBe(false);
  await expect.poll(() => folderNames(id)).toEqual([]);
  const next = await start();
  expect(next).toMatchObject({ status: 201 });
  expect((await stop(next.body.id)).status).toBe(204);
}, 120_000);

it('a worker whose server ends when its start needs it no more has failed, with the reason', async () => {
  afterStart = async (id) => {
    const ended = new Promise((resolve) => backend.onExit(resolve));
    process.kill(await serverPidOf({ spec: { workerId: id } }), 'SIGKILL');
    await ended;
  };
  const { id } = (await start()).body;
  await expect
    .poll(() => read(id), { timeout: 60_000 })
    .toMatchObject({ status: 'failed', status_reason: 'exited' });
  await expect.poll(() => folderNames(id)).toEqual([]);
}, 120_000);

it('a worker that ended by itself has failed, also when the rest of it cannot be stopped', async () => {
  const id = await startReady();
  beforeStop = failToStop;
  process.kill(await serverPidOf({ spec: { workerId: id } }), 'SIGKILL');
  await expect
    .poll(() => read(id), { timeout: 30_000 })
    .toMatchObject({ status: 'failed', status_reason: 'exited' });
}, 120_000);

it('a gateway starts when it finds a worker in stopping that cannot be stopped', async () => {
  const id = await startReady();
  await at.close();
  await database.prisma.worker.update({ where: { id }, data: { status: 'stopping' } });
  beforeStop = failToStop;
  at = await open();
  expect(await read(id)).toMatchObject({ status: 'failed', status_reason: 'stop_failed' });
  beforeStop = async () => {};
  await expect.poll(() => running(id), { timeout: 30_000 }).toBe(false);
}, 120_000);

it('a worker that ended by itself has failed immediately, also while stopping the rest of it takes long', async () => {
  const { id: sessionId, worker_id: id } = (
    await at.rest('POST', '/sessions', { body: { workspace_id: demo.workspaceId } })
  ).body;
  let isStopping = false;
  beforeStop = () => {
    isStopping = true;
    return new Promise(() => {});
  };
  process.kill(await serverPidOf({ spec: { workerId: id } }), 'SIGKILL');
  await expect
    .poll(() => read(id), { timeout: 30_000 })
    .toMatchObject({ status: 'failed', status_reason: 'exited' });
  await expect.poll(async () => (await at.rest('GET', `/sessions/${sessionId}`)).body.status).toBe('dead');
  await expect.poll(() => isStopping).toBe(true);
  expect(await folderNames(id)).toEqual(expect.arrayContaining(['files', 'state']));
  // The next worker does not wait for it.
  expect((await start()).status).toBe(201);
  // What this process did not finish, the next one does.
  await at.close();
  expect(await folderNames(id)).toEqual(expect.arrayContaining(['files', 'state']));
  beforeStop = async () => {};
  at = await open();
  await expect.poll(() => folderNames(id), { timeout: 30_000 }).toEqual([]);
  expect(await running(id)).toBe(false);
}, 120_000);

/** Makes the database refuse to write the statuses of workers that have ended. @returns what ends this */
async function refuseEnds(): Promise<() => Promise<unknown>> {
  const { prisma } = database;
  await prisma.$executeRawUnsafe(`
    CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'the disk is full'; END $$`);
  await prisma.$executeRawUnsafe(`
    CREATE TRIGGER "refuseEnds" BEFORE UPDATE ON "Worker" FOR EACH ROW
    WHEN (NEW."status" IN ('stopped', 'failed')) EXECUTE FUNCTION refuse()`);
  return () => prisma.$executeRawUnsafe('DROP TRIGGER "refuseEnds" ON "Worker"');
}

it('an end that the database refuses is written as soon as it accepts it, and the folder stays until then', async () => {
  const id = await startReady();
  const accept = await refuseEnds();
  const stops: string[] = [];
  try {
    beforeStop = async () => void stops.push(id);
    const ended = new Promise((resolve) => backend.onExit(resolve));
    process.kill(await serverPidOf({ spec: { workerId: id } }), 'SIGKILL');
    await ended;
    await expect.poll(() => at.gateway.services.workers.endpoint(id)).toBeUndefined();
    // As long as several of its retries take.
    await sleep(1_000);
    expect(await folderNames(id)).toEqual(expect.arrayContaining(['files', 'state']));
    expect((await read(id)).status).toBe('ready');
    expect(stops).toEqual([]);
  } finally {
    await accept();
  }
  await expect
    .poll(() => read(id), { timeout: 60_000 })
    .toMatchObject({ status: 'failed', status_reason: 'exited' });
  await expect.poll(() => folderNames(id), { timeout: 60_000 }).toEqual([]);
  const next = await startReady();
  expect(next).not.toBe(id);
  expect((await stop(next)).status).toBe(204);
}, 120_000);

it('a stop whose end the database refuses ends the worker as soon as it accepts it', async () => {
  const id = await startReady();
  const accept = await refuseEnds();
  try {
    expect((await stop(id)).status).toBe(500);
    expect((await read(id)).status).toBe('stopping');
    expect(await folderNames(id)).toEqual(expect.arrayContaining(['files', 'state']));
  } finally {
    await accept();
  }
  await expect
    .poll(() => read(id), { timeout: 60_000 })
    .toMatchObject({ status: 'stopped', status_reason: 'requested' });
  await expect.poll(() => folderNames(id), { timeout: 60_000 }).toEqual([]);
}, 120_000);

it('a former owner leaves a server alone whose start it cannot finish, as the new owner may have adopted it', async () => {
  const { prisma } = database;
  const where = { key: 1 };
  const stops: string[] = [];
  const lost = new Promise<void>((resolve) => {
    afterStart = async () => {
      await prisma.installation.update({ where, data: { runtimeEpoch: { increment: 1 } } });
      resolve();
    };
  });
  beforeStop = async () => void stops.push('stop');
  const { id } = (await start()).body;
  try {
    await lost;
    // What would stop it begins immediately.
    await sleep(1_000);
    expect(stops).toEqual([]);
    expect(await running(id)).toBe(true);
    expect(await folderNames(id)).toEqual(expect.arrayContaining(['files', 'state']));
  } finally {
    await prisma.installation.update({ where, data: { runtimeEpoch: { decrement: 1 } } });
  }
  expect((await stop(id)).status).toBe(204);
  expect(await running(id)).toBe(false);
}, 120_000);
