import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import type { Database } from '../../src/engines/database/database.js';
import { JupyterClient } from '../../src/engines/kernels/jupyter-client.js';
import { RegisteredBackend } from '../../src/workers/backends/external/registered-backend.js';
import { openTestDatabase } from '../support/database.js';
import { makeUser } from '../support/factories/make-user.js';
import { uniqueName } from '../support/factories/mutate.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { kernelsOf, startTestJupyter, type TestJupyter } from '../support/jupyter.js';
import { readEvents } from '../support/sse.js';
import { openTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { describeBackendContract } from '../workers/backend-contract.js';

let database: Database;
let dataDir: string;
let at: TestGateway;
let jupyters: TestJupyter[];
let proxy: TcpProxy;

/** How long a server may be away before its workers are lost. */
const lostAfterMs = 12_000;
const open = () =>
  openTestGateway({
    database: { ...database, close: async () => {} },
    dataDir,
    env: { JUPYTER_ALLOWED_HOSTS: '127.0.0.1/32' },
    sweepMs: 3_000,
    backends: (_dataDir, _gatewayId, servers) => [
      new RegisteredBackend({ stateRoot: join(dataDir, 'workers'), servers, lostAfterMs }),
    ],
  });

beforeAll(async () => {
  database = await openTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'gateway-test-'));
  jupyters = [await startTestJupyter(), await startTestJupyter()];
  proxy = await openTcpProxy(Number(new URL(jupyters[0]!.endpoint.baseUrl).port));
  at = await open();
}, 300_000);
afterEach(async () => {
  const { prisma, workers } = at.gateway.services;
  for (const { id } of await prisma.worker.findMany({ where: { stoppedAt: null } })) await workers.stop(id);
  await prisma.jupyterServer.deleteMany();
});
afterAll(async () => {
  await at.close();
  await database.close();
  await proxy.close();
  for (const jupyter of jupyters) await jupyter.close();
  await rm(dataDir, { recursive: true, force: true });
});

const fields = 'id name baseUrl hasToken capacity isEnabled';
const create = `mutation($input: CreateJupyterServerInput!) { createJupyterServer(input: $input) { ${fields} } }`;
const update = `mutation($id: ID!, $input: UpdateJupyterServerInput!) {
  updateJupyterServer(id: $id, input: $input) { ${fields} } }`;
const remove = 'mutation($id: ID!) { deleteJupyterServer(id: $id) }';
const list = `{ jupyterServers { totalCount nodes { ${fields} liveWorkers isAvailable unavailableReason kernelNames
  lastCheckedAt } } }`;

/** Registers one of the real Jupyter servers. */
async function register(index: number, input: object = {}): Promise<any> {
  const { baseUrl, token } = jupyters[index]!.endpoint;
  const all = { name: uniqueName('server'), baseUrl, token, ...input };
  const { data, errors } = await at.graphql(create, { input: all });
  if (errors) throw new Error(JSON.stringify(errors));
  return data.createJupyterServer;
}

const codeOf = async (query: string, variables: object, token?: string) => {
  const { errors } = await at.graphql(query, variables as Record<string, unknown>, token);
  return errors?.[0]?.extensions;
};
const listed = async () => (await at.graphql(list)).data.jupyterServers.nodes;

/** Starts a worker in the demo workspace, each time for another resource class, so that it is a new one. */
async function startWorker() {
  const limits = { cpuLimit: 1, memoryMb: 512, gpuCount: 0, workspaceStorageMb: 64, tmpStorageMb: 64 };
  const id = uniqueName('class');
  await at.gateway.services.prisma.resourceClass.create({ data: { id, name: id, ...limits } });
  return at.rest('POST', '/workers', { body: { workspace_id: demo.workspaceId, resource_class_id: id } });
}

const rowOf = (id: string) => at.gateway.services.prisma.worker.findUniqueOrThrow({ where: { id } });
const untilReady = (id: string) =>
  expect
    .poll(async () => (({ status, errorDetail }) => ({ status, errorDetail }))(await rowOf(id)), {
      timeout: 20_000,
    })
    .toEqual({ status: 'ready', errorDetail: null });

describe('Jupyter servers', () => {
  it('are registered, changed, listed with their health, and deleted, without their tokens', async () => {
    const { endpoint } = jupyters[0]!;
    const made = await register(0, { name: 'first', capacity: 3 });
    expect(made).toEqual({
      ...{ id: made.id, name: 'first', baseUrl: endpoint.baseUrl },
      ...{ hasToken: true, capacity: 3, isEnabled: true },
    });
    await register(1, { name: 'second', token: 'wrong' });
    const [first, second] = await listed();
    expect(first).toMatchObject({ ...made, liveWorkers: 0, isAvailable: true, unavailableReason: null });
    expect(first.kernelNames).toEqual(['python3']);
    expect(Date.parse(first.lastCheckedAt)).toBeGreaterThan(Date.now() - 20_000);
    expect(second).toMatchObject({ name: 'second', isAvailable: false, kernelNames: [] });
    expect(second.unavailableReason).toMatch(/refused the token/);

    const changed = await at.graphql(update, { id: made.id, input: { capacity: null, isEnabled: false } });
    expect(changed.data.updateJupyterServer).toEqual({ ...made, capacity: null, isEnabled: false });
    const row = await database.prisma.jupyterServer.findUniqueOrThrow({ where: { id: made.id } });
    expect(Buffer.from(row.encryptedToken!).includes(endpoint.token)).toBe(false);
    const gone = await at.graphql(update, { id: made.id, input: { token: null } });
    expect(gone.data.updateJupyterServer.hasToken).toBe(false);

    expect((await at.graphql(remove, { id: made.id })).data).toEqual({ deleteJupyterServer: true });
    expect((await listed()).map(({ name }: { name: string }) => name)).toEqual(['second']);
    expect(await codeOf(remove, { id: made.id })).toMatchObject({ code: 'not_found' });
    expect(await codeOf(update, { id: made.id, input: {} })).toMatchObject({ code: 'not_found' });
  });

  it('are for platform admins with the scope admin', async () => {
    const made = await register(0);
    const { token: plain } = await makeUser(at);
    const { token: unscoped } = await makeUser(at, {
      isPlatformAdmin: true,
      scopes: ['read', 'write', 'execute'],
    });
    const input = { name: 'theirs', baseUrl: 'https://jupyter.example/' };
    for (const [query, variables] of [
      [create, { input }],
      [update, { id: made.id, input: { name: 'theirs' } }],
      [remove, { id: made.id }],
      [list, {}],
    ] as const) {
      expect((await codeOf(query, variables, plain)).code).toBe('forbidden');
      expect((await codeOf(query, variables, unscoped)).code).toBe('insufficient_scope');
    }
  });

  it.each([
    [{ name: 'Not A Slug' }, 'name'],
    [{ name: 'configured' }, 'name'],
    [{ baseUrl: 'ftp://jupyter.example/' }, 'baseUrl'],
    [{ baseUrl: 'https://user:password@jupyter.example/' }, 'baseUrl'],
    [{ baseUrl: 'https://jupyter.example/?token=1' }, 'baseUrl'],
    [{ baseUrl: 'http://127.0.0.2:8888/' }, 'baseUrl'],
    [{ baseUrl: 'http://10.1.2.3/' }, 'baseUrl'],
    [{ baseUrl: 'http://[::1]/' }, 'baseUrl'],
    [{ baseUrl: 'http://169.254.169.254/' }, 'baseUrl'],
    [{ token: '' }, 'token'],
    [{ token: 'a\r\nx: y' }, 'token'],
    [{ token: 'x'.repeat(4097) }, 'token'],
    [{ capacity: 0 }, 'capacity'],
    [{ capacity: 100_001 }, 'capacity'],
  ])('with %j are refused', async (wrong, field) => {
    const input = { name: 'fine', baseUrl: 'https://jupyter.example/', ...wrong };
    const found = await codeOf(create, { input });
    expect(found).toMatchObject({ code: 'invalid_request', errors: [{ path: [field] }] });
    expect(await database.prisma.jupyterServer.count()).toBe(0);
  });

  it('have unique names, and a token only for the host that it was given for', async () => {
    const made = await register(0, { name: 'one' });
    const other = await register(1, { name: 'two' });
    const taken = { code: 'already_exists', errors: [{ path: ['name'] }] };
    expect(await codeOf(create, { input: { name: 'one', baseUrl: 'https://a.example/' } })).toMatchObject(
      taken,
    );
    expect(await codeOf(update, { id: other.id, input: { name: 'one' } })).toMatchObject(taken);
    const moved = { baseUrl: 'https://evil.example/' };
    expect(await codeOf(update, { id: made.id, input: moved })).toMatchObject({
      code: 'invalid_request',
      errors: [{ path: ['token'] }],
    });
    const { data } = await at.graphql(update, { id: made.id, input: { ...moved, token: null } });
    expect(data.updateJupyterServer).toMatchObject({ baseUrl: moved.baseUrl, hasToken: false });
  });
});

describe('workers on registered servers', { timeout: 120_000 }, () => {
  it('go to the server that is the least full, never above a capacity, and are refused when all are full', async () => {
    const one = await register(0, { name: 'one', capacity: 1 });
    const two = await register(1, { name: 'two', capacity: 2 });
    const started = await Promise.all([startWorker(), startWorker(), startWorker()]);
    expect(started.map(({ status }) => status)).toEqual([201, 201, 201]);
    const rows = await Promise.all(started.map(({ body }) => rowOf(body.id)));
    const ids = rows.map(({ jupyterServerId }) => jupyterServerId);
    expect(ids.filter((id) => id === one.id)).toHaveLength(1);
    expect(ids.filter((id) => id === two.id)).toHaveLength(2);
    for (const { id } of rows) await untilReady(id);
    expect((await listed()).map((server: any) => server.liveWorkers)).toEqual([1, 2]);

    const refused = await startWorker();
    expect(refused).toMatchObject({ status: 503, body: { code: 'runtime_unavailable' } });
    expect(refused.body.detail).toMatch(/All Jupyter servers .* are full/);

    expect(await codeOf(remove, { id: one.id })).toMatchObject({ code: 'invalid_request' });
    expect(await codeOf(update, { id: one.id, input: { baseUrl: 'http://127.0.0.1:1/' } })).toMatchObject({
      code: 'invalid_request',
    });
    const onOne = rows.find(({ jupyterServerId }) => jupyterServerId === one.id)!;
    expect((await at.rest('DELETE', `/workers/${onOne.id}`)).status).toBe(204);
    expect((await at.graphql(remove, { id: one.id })).errors).toBeUndefined();
    expect((await rowOf(onOne.id)).jupyterServerId).toBeNull();
  });

  it('never go to a disabled server, and not to one that does not answer', async () => {
    await register(0, { isEnabled: false });
    await register(1, { name: 'away', baseUrl: 'http://127.0.0.1:9/' });
    const refused = await startWorker();
    expect(refused.status).toBe(503);
    expect(refused.body.detail).toMatch(/does not answer/);
    const good = await register(1, { capacity: 100 });
    const { body } = await startWorker();
    expect((await rowOf(body.id)).jupyterServerId).toBe(good.id);
    await untilReady(body.id);
  });

  it('run cells, and their kernels end with them', async () => {
    await register(1);
    const body = { workspace_id: demo.workspaceId, path: 'notebooks/welcome.ipynb' };
    const session = (await at.rest('POST', '/sessions', { body })).body;
    const base = `${at.url}/api/v1.0/engagement/spaces/demo/notebooks/sessions/${session.id}`;
    const events = await readEvents(
      await fetch(`${base}/execute/stream`, {
        method: 'POST',
        headers: { authorization: `Bearer ${at.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ code: 'print(6 * 7)' }),
      }),
    );
    expect(events.find(({ data }) => data.type === 'stream')!.data.text).toBe('42\n');
    expect(await kernelsOf(jupyters[1]!.endpoint)).toHaveLength(1);
    expect((await at.rest('DELETE', `/workers/${session.worker_id}`)).status).toBe(204);
    expect(await kernelsOf(jupyters[1]!.endpoint)).toEqual([]);
  });

  it('are found again after a restart of the gateway, also when their server is away for a while', async () => {
    await register(0, { name: 'away', baseUrl: `http://127.0.0.1:${proxy.port}/` });
    const near = await register(1, { name: 'near', capacity: 100 });
    const away = (await startWorker()).body;
    await untilReady(away.id);
    await at.graphql(update, { id: (await rowOf(away.id)).jupyterServerId, input: { isEnabled: false } });
    const here = (await startWorker()).body;
    expect((await rowOf(here.id)).jupyterServerId).toBe(near.id);
    await untilReady(here.id);

    await at.close();
    proxy.setAway(true);
    at = await open();
    const { workers } = at.gateway.services;
    expect(workers.endpoint(here.id)).toBeDefined();
    expect(workers.endpoint(away.id)).toBeUndefined();
    expect((await rowOf(away.id)).status).toBe('ready');
    expect(() => workers.assertReachable(away.id)).toThrow(/does not answer at the moment/);

    proxy.setAway(false);
    await expect.poll(() => workers.endpoint(away.id), { timeout: 20_000 }).toBeDefined();
    await new JupyterClient(workers.endpoint(away.id)!).probe(2_000);
    expect((await rowOf(away.id)).status).toBe('ready');
  });

  it('are lost when their server stays away, before or after a restart', async () => {
    await register(0, { baseUrl: `http://127.0.0.1:${proxy.port}/` });
    const [before, after] = [(await startWorker()).body, (await startWorker()).body];
    for (const { id } of [before, after]) await untilReady(id);
    await at.close();
    proxy.setAway(true);
    at = await open();
    for (const { id } of [before, after]) {
      await expect.poll(async () => (await rowOf(id)).status, { timeout: 40_000 }).toBe('failed');
      expect(await rowOf(id)).toMatchObject({ statusReason: 'lost' });
    }
    proxy.setAway(false);
  });

  it('leave no kernel and no folder on a server that was away when they ended', async () => {
    await register(0, { baseUrl: `http://127.0.0.1:${proxy.port}/` });
    const { endpoint, spec } = jupyters[0]!;
    const body = { workspace_id: demo.workspaceId, path: 'notebooks/welcome.ipynb' };
    const session = (await at.rest('POST', '/sessions', { body })).body;
    const folder = join(spec.filesDirectory, 'gateway-workers', session.worker_id);
    expect(existsSync(folder)).toBe(true);
    expect(await kernelsOf(endpoint)).toHaveLength(1);
    proxy.setAway(true);
    await expect
      .poll(async () => (await rowOf(session.worker_id)).status, { timeout: 40_000 })
      .toBe('failed');
    // The first removals fail meanwhile.
    await sleep(500);
    proxy.setAway(false);
    await expect.poll(() => kernelsOf(endpoint), { timeout: 90_000 }).toEqual([]);
    await expect.poll(() => existsSync(folder)).toBe(false);
    const local = join(dataDir, 'workers', session.worker_id);
    await expect.poll(() => existsSync(local)).toBe(false);
  });
});

let contractServers: { id: string }[] = [];
describeBackendContract('one of two registered Jupyter servers', {
  kind: 'external',
  ownServers: false,
  async open(stateRoot) {
    if ((await database.prisma.jupyterServer.count()) === 0)
      contractServers = [await register(0), await register(1)];
    return new RegisteredBackend({ stateRoot, servers: at.gateway.services.jupyterServers });
  },
  jupyterServerId: () => contractServers[1]!.id,
});
