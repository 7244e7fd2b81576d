import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import type { Database } from '../../src/engines/database/database.js';
import type { RunningServers, WorkerBackend } from '../../src/workers/backend.js';
import { openExternalBackend } from '../../src/workers/backends/external/open-external-backend.js';
import { type BreakableBackend, makeBreakable } from '../support/breakable-backend.js';
import { openTestDatabase } from '../support/database.js';
import { makeWorker } from '../support/factories/make-worker.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { askJupyter, kernelsOf, serverPidOf, testPython } from '../support/jupyter.js';
import { readEvents } from '../support/sse.js';
import { workersWithProcesses } from '../support/worker-processes.js';

let database: Database;
let dataDir: string;
let engine: BreakableBackend;
let at: TestGateway;
/** Comes after the backend has found its servers, before the gateway knows of them. */
let afterRunning: (backend: WorkerBackend, found: RunningServers) => Promise<unknown>;
/** Comes before each stop of a server. */
let beforeStop: () => Promise<void>;
/** Whether only registered servers are offered, and there is none. */
let isLocalOff = false;

function open(isAway = false): Promise<TestGateway> {
  return openTestGateway({
    database: { ...database, close: async () => {} },
    dataDir,
    backends: (_dataDir, _gatewayId, servers) => {
      if (isLocalOff) return [openExternalBackend({ stateRoot: join(dataDir, 'workers'), servers })];
      const options = { stateRoot: join(dataDir, 'workers'), python: testPython };
      const backend = openExternalBackend(options);
      const { running } = backend;
      backend.running = async () => {
        const found = await running.call(backend);
        await afterRunning(backend, found);
        return found;
      };
      const { stop } = backend;
      backend.stop = async (workerId) => {
        await beforeStop();
        await stop.call(backend, workerId);
      };
      engine = makeBreakable(backend);
      engine.setAway(isAway);
      return [engine.backend];
    },
  });
}

beforeAll(async () => {
  database = await openTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'gateway-test-'));
}, 300_000);
beforeEach(async () => {
  afterRunning = async () => {};
  beforeStop = async () => {};
  at = await open();
});
afterEach(async () => {
  engine.setAway(false);
  for (const { id } of await database.prisma.worker.findMany()) await at.gateway.services.workers.stop(id);
  await at.close();
});
afterAll(async () => {
  await database.close();
  await rm(dataDir, { recursive: true, force: true });
});

const openSession = async (path?: string) => {
  const made = await at.rest('POST', '/sessions', { body: { workspace_id: demo.workspaceId, path } });
  expect(made.status).toBe(201);
  return made.body as { id: string; worker_id: string };
};
const run = (session: string, code: string) =>
  fetch(`${at.url}/api/v1.0/engagement/spaces/demo/notebooks/sessions/${session}/execute/stream`, {
    method: 'POST',
    headers: { authorization: `Bearer ${at.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ code }),
  });
const printed = async (session: string, code: string) =>
  (await readEvents(await run(session, code))).find(({ data }) => data.type === 'stream')?.data.text;
const worker = async (id: string) => (await at.rest('GET', `/workers/${id}`)).body;
const processes = () => workersWithProcesses(join(dataDir, 'workers'));
const folder = (id: string) => join(dataDir, 'workers', id);

/** Closes the gateway, changes what it left behind, and opens it again. */
async function reopen(between: () => Promise<unknown>, isAway = false): Promise<void> {
  await at.close();
  await between();
  at = await open(isAway);
}

it('while the engine is away workers stay as they are and refuse cells with 503, and are adopted when it is back', async () => {
  const { id, worker_id } = await openSession();
  await printed(id, 'kept = 41');
  await reopen(async () => {}, true);
  const refused = [
    await run(id, '1'),
    await at.rest('POST', '/sessions', { body: { workspace_id: demo.workspaceId, path: 'other.ipynb' } }),
    await at.rest('POST', `/sessions/${id}/restart`),
    await at.rest('POST', `/sessions/${id}/interrupt`),
  ];
  expect(refused.map(({ status }) => status)).toEqual([503, 503, 503, 503]);
  expect(await (refused[0] as Response).json()).toMatchObject({
    code: 'runtime_unavailable',
    detail: 'What runs this worker does not answer at the moment; try again in a few seconds.',
  });
  expect(refused[1]!.headers.get('retry-after')).toBe('5');
  expect(await worker(worker_id)).toMatchObject({ status: 'ready', error_detail: null });
  expect((await at.rest('GET', `/sessions/${id}`)).body.status).toBe('idle');
  engine.setAway(false);
  await expect.poll(() => printed(id, 'print(kept + 1)'), { timeout: 15_000 }).toBe('42\n');
}, 120_000);

it('a worker that is stopped while the engine is away fails with stop_failed, and its server ends when it is back', async () => {
  const { worker_id } = await openSession();
  await reopen(async () => {}, true);
  expect((await at.rest('DELETE', `/workers/${worker_id}`)).status).toBe(204);
  expect(await worker(worker_id)).toMatchObject({ status: 'failed', status_reason: 'stop_failed' });
  expect(await processes()).toEqual([worker_id]);
  engine.setAway(false);
  await expect.poll(processes, { timeout: 20_000 }).toEqual([]);
}, 120_000);

it('a worker that was starting has failed, and the server and the folder that it got are removed', async () => {
  const { worker_id } = await openSession();
  await reopen(() =>
    database.prisma.worker.update({ where: { id: worker_id }, data: { status: 'starting' } }),
  );
  expect(await worker(worker_id)).toMatchObject({
    status: 'failed',
    status_reason: 'start_failed',
    error_detail: 'The gateway stopped while this worker started; start it again.',
  });
  expect(await processes()).toEqual([]);
  expect(existsSync(folder(worker_id))).toBe(false);
}, 120_000);

it('a server whose worker has ended is discarded, its session is dead, and folders without a live row are removed', async () => {
  const { id, worker_id } = await openSession();
  const stray = randomUUID();
  const owner = (await database.prisma.user.findFirstOrThrow()).id;
  const gone = await makeWorker(at, { userId: owner, status: 'stopping', statusReason: 'idle_timeout' });
  await reopen(async () => {
    await database.prisma.worker.update({
      where: { id: worker_id },
      data: { status: 'stopped', liveKey: null },
    });
    for (const one of [stray, gone.id]) await mkdir(join(folder(one), 'files'), { recursive: true });
  });
  expect(await processes()).toEqual([]);
  expect([worker_id, stray, gone.id].map((one) => existsSync(folder(one)))).toEqual([false, false, false]);
  expect((await at.rest('GET', `/sessions/${id}`)).body.status).toBe('dead');
  expect(await database.prisma.worker.findUnique({ where: { id: gone.id } })).toMatchObject({
    status: 'stopped',
    statusReason: 'idle_timeout',
  });
}, 120_000);

it('a worker whose server ends after the engine said that it runs has failed, with the reason', async () => {
  const { id, worker_id } = await openSession();
  await reopen(async () => {
    afterRunning = async (backend) => {
      afterRunning = async () => {};
      const ended = new Promise((resolve) => backend.onExit(resolve));
      process.kill(await serverPidOf({ spec: { workerId: worker_id } }), 'SIGKILL');
      await ended;
    };
  });
  await expect.poll(() => worker(worker_id)).toMatchObject({ status: 'failed', status_reason: 'exited' });
  await expect.poll(async () => (await at.rest('GET', `/sessions/${id}`)).body.status).toBe('dead');
  await expect.poll(() => existsSync(folder(worker_id))).toBe(false);
}, 120_000);

it('a worker whose server ended while no gateway ran has failed, with its last output', async () => {
  const { id, worker_id } = await openSession();
  await reopen(async () => process.kill(await serverPidOf({ spec: { workerId: worker_id } }), 'SIGKILL'));
  expect(await worker(worker_id)).toMatchObject({
    status: 'failed',
    status_reason: 'lost',
    error_detail: expect.stringMatching(/could not watch it; .*\nIts last output:\n(.*\n)*.*Kernel started/),
  });
  expect((await at.rest('GET', `/sessions/${id}`)).body.status).toBe('dead');
  await expect.poll(() => existsSync(folder(worker_id))).toBe(false);
}, 120_000);

it('a worker has the reason that its engine gives for an end while no gateway ran, before its server is removed', async () => {
  const { worker_id } = await openSession();
  const atStop: unknown[] = [];
  await reopen(async () => {
    const ended = {
      reason: 'evicted' as const,
      detail: 'It was evicted.',
      output: 'token=abcdef\nthe last line\n',
    };
    afterRunning = async (_, found) => found.set(worker_id, { ended });
    beforeStop = async () => {
      atStop.push(
        (await database.prisma.worker.findUniqueOrThrow({ where: { id: worker_id } })).statusReason,
      );
    };
  });
  expect(await worker(worker_id)).toMatchObject({
    status: 'failed',
    status_reason: 'evicted',
    error_detail: 'It was evicted.\nIts last output:\ntoken=[hidden]\nthe last line',
  });
  await expect.poll(processes).toEqual([]);
  expect(atStop[0]).toBe('evicted');
}, 120_000);

it('a gateway starts within seconds although the servers of many workers in stopping do not end', async () => {
  const { id: userId } = await database.prisma.user.findFirstOrThrow();
  const workers = await Promise.all(
    Array.from({ length: 40 }, () => makeWorker(at, { userId, status: 'stopping' })),
  );
  const ids = workers.map(({ id }) => id);
  let goOn = () => {};
  const gate = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  let from = 0;
  await reopen(async () => {
    beforeStop = () => gate;
    from = performance.now();
  });
  // 8 at a time, for 10 s each, it took 50 s.
  expect(performance.now() - from).toBeLessThan(40_000);
  const statuses = async () => {
    const rows = await database.prisma.worker.findMany({ where: { id: { in: ids } } });
    return new Set(rows.map(({ status }) => status));
  };
  expect(await statuses()).toEqual(new Set(['stopping']));
  goOn();
  await expect.poll(statuses, { timeout: 60_000 }).toEqual(new Set(['stopped']));
}, 180_000);

it('the folder of a local worker stays while its server may run and local workers are not offered any more', async () => {
  const { worker_id } = await openSession();
  isLocalOff = true;
  try {
    await reopen(async () => {});
    expect(await worker(worker_id)).toMatchObject({ status: 'failed', status_reason: 'lost' });
    // What had ended before is a stray then.
    await reopen(async () => {});
    expect(await processes()).toEqual([worker_id]);
    expect(existsSync(join(folder(worker_id), 'files'))).toBe(true);
  } finally {
    isLocalOff = false;
  }
  await reopen(async () => {});
  await expect.poll(processes).toEqual([]);
  await expect.poll(() => existsSync(folder(worker_id))).toBe(false);
}, 120_000);

it('a worker whose backend is not configured any more has failed, and its folder stays', async () => {
  const { id: userId } = await database.prisma.user.findFirstOrThrow();
  const { id } = await makeWorker(at, { userId, backend: 'docker' });
  const stopped = await makeWorker(at, { userId, backend: 'docker', liveKey: null });
  for (const one of [id, stopped.id]) await mkdir(join(folder(one), 'files'), { recursive: true });
  await at.gateway.services.workers.stop(stopped.id);
  await reopen(async () => {});
  expect(await worker(id)).toMatchObject({ status: 'failed', status_reason: 'lost' });
  expect(await worker(stopped.id)).toMatchObject({ status: 'stopped' });
  await reopen(async () => {});
  expect([id, stopped.id].map((one) => existsSync(join(folder(one), 'files')))).toEqual([true, true]);
}, 120_000);

it('kernels that belong to no session of an adopted worker are ended, and the others keep their memory', async () => {
  const kept = await openSession('kept.ipynb');
  const deleted = await openSession('deleted.ipynb');
  await printed(kept.id, 'kept = 41');
  const endpoint = at.gateway.services.workers.endpoint(kept.worker_id)!;
  await reopen(async () => {
    await database.prisma.session.update({ where: { id: deleted.id }, data: { deletedAt: new Date() } });
    const started = await askJupyter(endpoint, 'POST', 'api/kernels');
    expect(started.status).toBe(201);
    expect(await kernelsOf(endpoint)).toHaveLength(3);
  });
  expect(await kernelsOf(endpoint)).toHaveLength(1);
  expect(await printed(kept.id, 'print(kept + 1)')).toBe('42\n');
}, 120_000);

it('a session whose kernel starts as the gateway stops gets it from the next one, and what it queued', async () => {
  const { worker_id } = await openSession('one.ipynb');
  const body = { workspace_id: demo.workspaceId, path: 'starts.ipynb' };
  const opening = at.rest('POST', '/sessions', { body }).catch(() => {});
  const find = () =>
    database.prisma.session.findFirst({ where: { workerId: worker_id, status: 'starting' } });
  await expect.poll(find, { interval: 5 }).not.toBeNull();
  const { id } = (await find())!;
  const queued = await at.rest('POST', `/sessions/${id}/execute/batch`, { body: { cells: [{ code: '1' }] } });
  const execution = { id: queued.body.executions[0].id as string };
  await reopen(async () => {
    expect(await database.prisma.session.findUnique({ where: { id } })).toMatchObject({ status: 'starting' });
    expect(await database.prisma.execution.findUnique({ where: execution })).toMatchObject({
      status: 'queued',
    });
  });
  const status = async () => (await database.prisma.execution.findUniqueOrThrow({ where: execution })).status;
  await expect.poll(status, { timeout: 30_000 }).toBe('ok');
  expect((await at.rest('GET', `/sessions/${id}`)).body).toMatchObject({ status: 'idle' });
  await opening;
}, 120_000);

it('the kernel of a session that is dead is ended, and the others keep their memory', async () => {
  const kept = await openSession('kept.ipynb');
  const dead = await openSession('dead.ipynb');
  const endpoint = at.gateway.services.workers.endpoint(kept.worker_id)!;
  await reopen(() => database.prisma.session.update({ where: { id: dead.id }, data: { status: 'dead' } }));
  const { kernelId } = await database.prisma.session.findUniqueOrThrow({ where: { id: kept.id } });
  expect(await kernelsOf(endpoint)).toEqual([kernelId]);
}, 120_000);

it('a restart of the gateway is no activity of an idle worker and its session', async () => {
  const { id, worker_id } = await openSession();
  const before = new Date(Date.now() - 3_600_000);
  await reopen(async () => {
    await database.prisma.worker.update({ where: { id: worker_id }, data: { lastActivityAt: before } });
    await database.prisma.session.update({ where: { id }, data: { lastActivityAt: before } });
  });
  expect((await worker(worker_id)).last_activity_at).toBe(before.toISOString());
  expect((await at.rest('GET', `/sessions/${id}`)).body).toMatchObject({
    status: 'idle',
    last_activity_at: before.toISOString(),
  });
  await reopen(() => database.prisma.worker.update({ where: { id: worker_id }, data: { status: 'busy' } }));
  expect(Date.parse((await worker(worker_id)).last_activity_at)).toBeGreaterThan(Date.now() - 60_000);
}, 120_000);

it('the warm kernels that a gateway left behind are ended, and others are started instead', async () => {
  const key = { kernelProfileId: 'python3', resourceClassId: 'standard' };
  await database.prisma.warmPool.create({ data: { ...key, size: 0, kernels: 1 } });
  const { id, worker_id } = await openSession('kept.ipynb');
  const { kernelId } = await database.prisma.session.findUniqueOrThrow({ where: { id } });
  const warm = async () => {
    const { sessions, workers } = at.gateway.services;
    if (sessions.warmKernels.ready(key.kernelProfileId, key.resourceClassId) === 0) return [];
    return (await kernelsOf(workers.endpoint(worker_id)!)).filter((kernel) => kernel !== kernelId);
  };
  await at.gateway.services.sessions.warmKernels.refresh();
  await expect.poll(async () => (await warm()).length, { timeout: 30_000 }).toBe(1);
  const [left] = await warm();
  await reopen(async () => {});
  await expect.poll(async () => (await warm()).length, { timeout: 30_000 }).toBe(1);
  expect(await warm()).not.toContain(left);
  expect(await printed(id, "print('kept')")).toBe('kept\n');
  await database.prisma.warmPool.deleteMany();
});
