import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'graphql-sse';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import type { Database } from '../../src/engines/database/database.js';
import { openExternalBackend } from '../../src/workers/backends/external/open-external-backend.js';
import { openTestDatabase } from '../support/database.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { testPython } from '../support/jupyter.js';
import { readEvents } from '../support/sse.js';

/** Short enough for a test: the warning comes after half of it. */
const limitMinutes = 0.12;
const limitMs = limitMinutes * 60_000;

let database: Database;
let dataDir: string;
let at: TestGateway;

function open(): Promise<TestGateway> {
  return openTestGateway({
    database: { ...database, close: async () => {} },
    dataDir,
    backends: () => [openExternalBackend({ stateRoot: join(dataDir, 'workers'), python: testPython })],
    runtimeLimits: { workerIdleMinutes: 0, kernelIdleMinutes: 0, workerMaxAgeMinutes: 0 },
    expiryCheckMs: 200,
  });
}

beforeAll(async () => {
  database = await openTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'gateway-test-'));
}, 300_000);
beforeEach(async () => {
  at = await open();
});
afterEach(async () => {
  for (const { id } of await database.prisma.worker.findMany()) await at.gateway.services.workers.stop(id);
  await at.close();
});
afterAll(async () => {
  await database.close();
  await rm(dataDir, { recursive: true, force: true });
});

const limits = () => at.gateway.services.workers.limits;
const openSession = async () =>
  (await at.rest('POST', '/sessions', { body: { workspace_id: demo.workspaceId } })).body as {
    id: string;
    worker_id: string;
  };
const run = (session: string, code: string) =>
  fetch(`${at.url}/api/v1.0/engagement/spaces/demo/notebooks/sessions/${session}/execute/stream`, {
    method: 'POST',
    headers: { authorization: `Bearer ${at.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ code }),
  });
const worker = (id: string) => database.prisma.worker.findUniqueOrThrow({ where: { id } });
const status = async (id: string) => (await worker(id)).status;

interface WorkerState {
  status: string;
  statusReason: string | null;
  expiresAt: string | null;
  expiryReason: string | null;
}

/** Collects what a subscription delivers, until `leave` is called. */
function subscribe<T>(field: string, args: string, selection: string): { states: T[]; leave(): void } {
  const headers = { authorization: `Bearer ${at.token}` };
  const client = createClient({ url: `${at.url}/graphql`, headers, retryAttempts: 0 });
  const states: T[] = [];
  const query = `subscription { ${field}(spaceSlug: "demo", ${args}) { ${selection} } }`;
  const sink = {
    next: ({ data }: { data?: unknown }) => states.push((data as Record<string, T>)[field]!),
    error: () => {},
    complete: () => {},
  };
  const leave = client.subscribe({ query }, sink);
  return {
    states,
    leave() {
      leave();
      client.dispose();
    },
  };
}
const watchWorker = (id: string) =>
  subscribe<WorkerState>('workerChanged', `workerId: "${id}"`, 'status statusReason expiresAt expiryReason');

it('an idle worker is announced to its watchers, and stopped at that moment with idle_timeout', async () => {
  const { worker_id } = await openSession();
  const { states, leave } = watchWorker(worker_id);
  await sleep(500);
  limits().workerIdleMinutes = limitMinutes;
  await expect.poll(() => states.find(({ expiresAt }) => expiresAt), { timeout: 2 * limitMs }).toBeTruthy();
  const announced = states.find(({ expiresAt }) => expiresAt)!;
  expect(announced).toMatchObject({ status: 'ready', expiryReason: 'idle_timeout' });
  const left = Date.parse(announced.expiresAt!) - Date.now();
  expect(left).toBeGreaterThan(limitMs / 4);
  expect(left).toBeLessThanOrEqual(limitMs / 2);
  await expect.poll(() => status(worker_id), { timeout: 2 * limitMs }).toBe('stopped');
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(announced.expiresAt!));
  await expect
    .poll(() => states.at(-1))
    .toMatchObject({
      status: 'stopped',
      statusReason: 'idle_timeout',
      expiresAt: null,
    });
  leave();
}, 120_000);

it('a cell that runs and a session that is watched keep a worker alive, and use clears the announcement immediately', async () => {
  const { id, worker_id } = await openSession();
  const { states, leave } = watchWorker(worker_id);
  limits().workerIdleMinutes = limitMinutes;
  await readEvents(await run(id, `import time\ntime.sleep(${(limitMs * 1.5) / 1000})`));
  expect(await status(worker_id)).not.toBe('stopped');
  expect(states.filter(({ expiresAt }) => expiresAt)).toEqual([]);

  const announced = async () => (await worker(worker_id)).expiryReason;
  await expect.poll(announced, { timeout: limitMs }).toBe('idle_timeout');
  const viewer = subscribe('sessionChanged', `sessionId: "${id}"`, 'id');
  await expect.poll(announced, { timeout: 2_000 }).toBeNull();
  await expect.poll(() => states.at(-1)?.expiresAt).toBeNull();
  await sleep(limitMs * 1.5);
  expect(await worker(worker_id)).toMatchObject({ status: 'ready', expiresAt: null });

  viewer.leave();
  await expect.poll(announced, { timeout: limitMs }).toBe('idle_timeout');
  await readEvents(await run(id, '1'));
  await expect.poll(announced, { timeout: 2_000 }).toBeNull();
  leave();
}, 120_000);

it('a worker that reaches its maximum age is announced and stopped, also while a cell runs', async () => {
  const { id, worker_id } = await openSession();
  limits().workerMaxAgeMinutes = limitMinutes;
  const cell = readEvents(await run(id, 'import time\ntime.sleep(600)'));
  await expect
    .poll(() => worker(worker_id), { timeout: limitMs })
    .toMatchObject({ status: 'busy', expiryReason: 'max_age' });
  const { startedAt, expiresAt } = await worker(worker_id);
  expect(expiresAt!.getTime() - startedAt!.getTime()).toBeGreaterThanOrEqual(limitMs);
  await expect
    .poll(() => worker(worker_id), { timeout: 2 * limitMs })
    .toMatchObject({ status: 'stopped', statusReason: 'max_age' });
  const end = { status: 'cancelled', status_reason: 'max_age', cancelled_by: null };
  expect((await cell).at(-1)).toMatchObject({ event: 'final_response', data: end });
}, 120_000);

it('an announcement outlives the gateway, and is made anew when its moment has passed without one', async () => {
  const { worker_id } = await openSession();
  const announce = (at: number) =>
    database.prisma.worker.update({
      where: { id: worker_id },
      data: {
        lastActivityAt: new Date(at - limitMs),
        startedAt: new Date(at - limitMs),
        expiresAt: new Date(at),
        expiryReason: 'idle_timeout',
        sessions: { updateMany: { where: {}, data: { lastActivityAt: new Date(at - limitMs) } } },
      },
    });
  const reopen = async (expiresAt: number) => {
    await at.close();
    await announce(expiresAt);
    at = await open();
    limits().workerIdleMinutes = limitMinutes;
  };
  await reopen(Date.now() - 1_000);
  await expect
    .poll(async () => (await worker(worker_id)).expiresAt?.getTime() ?? 0)
    .toBeGreaterThan(Date.now() + limitMs / 4);
  const soon = Date.now() + limitMs / 2;
  await reopen(soon);
  await sleep(500);
  expect((await worker(worker_id)).expiresAt?.getTime()).toBe(soon);
  await expect
    .poll(() => worker(worker_id), { timeout: 2 * limitMs })
    .toMatchObject({ status: 'stopped', statusReason: 'idle_timeout' });
}, 120_000);

it('a kernel that is idle ends with its session dead, not while it is watched, and a restart revives it', async () => {
  const { id, worker_id } = await openSession();
  limits().kernelIdleMinutes = limitMinutes / 2;
  const viewer = subscribe('sessionChanged', `sessionId: "${id}"`, 'id');
  await sleep(limitMs);
  const session = () => database.prisma.session.findUniqueOrThrow({ where: { id } });
  expect((await session()).status).toBe('idle');
  viewer.leave();
  await expect
    .poll(session, { timeout: limitMs })
    .toMatchObject({ status: 'dead', statusReason: 'idle_timeout', kernelId: null });
  expect(await status(worker_id)).toBe('ready');
  expect((await run(id, '1')).status).toBe(409);
  limits().kernelIdleMinutes = 0;
  expect((await at.rest('POST', `/sessions/${id}/restart`)).status).toBe(200);
  expect((await readEvents(await run(id, '1'))).at(-1)).toMatchObject({ data: { status: 'ok' } });
}, 120_000);
