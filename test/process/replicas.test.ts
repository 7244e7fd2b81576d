import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { createDatabase } from '../support/database-server.js';
import { callDemo } from '../support/demo-requests.js';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.js';
import { testPython } from '../support/jupyter.js';
import { startRoundRobinProxy } from '../support/round-robin-proxy.js';
import { parseEvents, readEvents } from '../support/sse.js';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 300_000 });

describe.skipIf(!process.env.TEST_DATABASE_URL)('two gateways on one database and folder', () => {
  let database: { url: string; remove(): Promise<void> };
  let sql: pg.Client;
  let dataDir: string;
  let token: string;
  /** The one that runs the kernels. */
  let owner: GatewayProcess;
  let other: GatewayProcess;
  let session: string;

  beforeAll(async () => {
    await testPython();
    database = await createDatabase();
    dataDir = await mkdtemp(join(tmpdir(), 'gateway-replicas-'));
    sql = new pg.Client({ connectionString: database.url });
    await sql.connect();
    owner = await start();
    token = (await readFile(join(dataDir, 'admin-token'), 'utf8')).trim();
    session = await openSession(owner);
  });
  afterAll(async () => {
    await call(other, 'POST', `/workspaces/${demo.workspaceId}/archive`);
    for (const gateway of new Set([owner, other])) await gateway.kill('SIGKILL');
    await sql.end();
    await database.remove();
    await rm(dataDir, { recursive: true, force: true });
  });

  const start = () =>
    startGatewayProcess(dataDir, { DATABASE_URL: database.url, DEMO: '1', LOG_LEVEL: 'info' });
  const call = (
    { url }: { url: string },
    method: string,
    path: string,
    body?: object,
    headers?: Record<string, string>,
  ) => callDemo({ url, token }, method, path, body, headers);
  async function openSession(gateway: GatewayProcess): Promise<string> {
    const opened = await call(gateway, 'POST', '/sessions', {
      workspace_id: demo.workspaceId,
      path: 'a.ipynb',
    });
    expect(opened.status).toBeLessThan(300);
    return ((await opened.json()) as { id: string }).id;
  }
  async function execute(gateway: GatewayProcess, code: string): Promise<string> {
    const queued = await call(gateway, 'POST', `/sessions/${session}/execute/batch`, { cells: [{ code }] });
    expect(queued.status).toBe(201);
    return ((await queued.json()) as { executions: { id: string }[] }).executions[0]!.id;
  }
  async function entries(id: string): Promise<number> {
    const { rows } = await sql.query(
      'SELECT count(*)::int AS n FROM "ExecutionEvent" WHERE "executionId" = $1',
      [id],
    );
    return rows[0].n;
  }
  const epoch = async () =>
    (await sql.query('SELECT "runtimeEpoch" FROM "Installation"')).rows[0].runtimeEpoch;
  /** Waits for the end of a run; all its events must be numbered without a gap. @returns what it printed */
  async function printed(gateway: GatewayProcess, id: string): Promise<string> {
    const ended = async () =>
      (await (await call(gateway, 'GET', `/sessions/${session}/executions/${id}`)).json()) as any;
    await expect.poll(async () => (await ended()).finished_at, { timeout: 40_000 }).not.toBeNull();
    const stream = await call(gateway, 'GET', `/sessions/${session}/executions/${id}/stream`);
    const events = parseEvents(await stream.text());
    expect(events.map((event) => event.id)).toEqual(events.map((_, i) => String(i + 1)));
    expect(events.at(-1)).toMatchObject({ event: 'final_response', data: { status: 'ok' } });
    return events.map(({ data }) => data.text ?? '').join('');
  }
  const cutLeases = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = 'notebook-gateway-leases' AND datname = current_database()`;
  const printing = (count: number) =>
    `import time\nfor i in range(${count}):\n    print('line', i, flush=True)\n    time.sleep(0.1)`;
  const lines = (count: number) => Array.from({ length: count }, (_, i) => `line ${i}\n`).join('');
  const hasBegun = (id: string) => expect.poll(() => entries(id), { timeout: 30_000 }).toBeGreaterThan(5);

  it('the second one disturbs nothing when it starts, and a cell asked of it runs on the same kernel', async () => {
    await printed(owner, await execute(owner, 'kept = 41'));
    const running = await execute(owner, printing(60));
    await hasBegun(running);
    other = await start();
    expect(await openSession(other)).toBe(session);
    const asked = await execute(other, 'print(kept + 1)');
    expect(await printed(other, running)).toBe(lines(60));
    expect(await printed(other, asked)).toBe('42\n');
  });

  it('a question, an error and an interrupt are answered by either alike', async () => {
    const complete = (gateway: GatewayProcess) =>
      call(gateway, 'POST', `/sessions/${session}/complete`, { code: 'kep', cursor_pos: 3 });
    // The first question may take a kernel more than its second.
    await expect.poll(async () => (await complete(owner)).status, { timeout: 20_000 }).toBe(200);
    expect(await (await complete(other)).json()).toEqual(await (await complete(owner)).json());
    const unknown = async (gateway: GatewayProcess) => {
      const answer = await call(gateway, 'POST', `/sessions/${crypto.randomUUID()}/interrupt`);
      const { request_id: _, ...body } = (await answer.json()) as Record<string, unknown>;
      return { status: answer.status, body };
    };
    expect(await unknown(other)).toEqual(await unknown(owner));
    expect((await unknown(other)).status).toBe(404);
    const invalid = await call(other, 'POST', '/sessions', {
      workspace_id: demo.workspaceId,
      kernel_profile_id: 'none',
    });
    expect(invalid.status).toBe(400);
    expect(await invalid.json()).toMatchObject({ errors: [{ loc: ['body', 'kernel_profile_id'] }] });
  });

  it('kill -9 of the owner: the same run goes on at the other one within 10 s, each line once', async () => {
    const running = await execute(other, printing(80));
    await hasBegun(running);
    await owner.kill('SIGKILL');
    const before = await entries(running);
    await expect.poll(() => entries(running), { timeout: 10_000, interval: 50 }).toBeGreaterThan(before);
    expect(await printed(other, running)).toBe(lines(80));
    [owner, other] = [other, owner];
  });

  it('an owner whose lease connection is cut goes on, with the same epoch', async () => {
    other = await start();
    const known = await epoch();
    const running = await execute(other, printing(40));
    await hasBegun(running);
    await sql.query(cutLeases);
    expect(await printed(other, running)).toBe(lines(40));
    expect(await epoch()).toBe(known);
    expect(await printed(other, await execute(other, 'print(kept)'))).toBe('41\n');
  });

  it('a stream at the one that does not run the kernels is live', async () => {
    const code = printing(40);
    const response = await call(other, 'POST', `/sessions/${session}/execute/stream`, { code });
    const id = response.headers.get('x-execution-id')!;
    await readEvents(response, ({ data }) => data.text?.includes('line 2'));
    const read = await call(other, 'GET', `/sessions/${session}/executions/${id}`);
    expect(await read.json()).toMatchObject({ status: 'running' });
    expect(await printed(other, id)).toBe(lines(40));
  });

  it('an owner that was replaced while it lived ends with a line in its log', async () => {
    await sql.query('UPDATE "Installation" SET "runtimeEpoch" = "runtimeEpoch" + 1');
    await sql.query(cutLeases);
    await expect.poll(() => owner.output()).toContain('another gateway has taken over the kernels');
    await expect.poll(() => fetch(`${owner.url}/healthz`).catch(() => 'gone')).toBe('gone');
    owner = other;
    other = await start();
    expect(await printed(other, await execute(other, 'print(kept)'))).toBe('41\n');
  });

  it('behind a proxy a client sees each line once while the owner is stopped gracefully', async () => {
    const proxy = await startRoundRobinProxy(() => [owner.url, other.url]);
    const begun = await call(proxy, 'POST', `/sessions/${session}/execute/stream`, { code: printing(60) });
    const path = `/sessions/${session}/executions/${begun.headers.get('x-execution-id')}/stream`;
    const events = await readEvents(begun, ({ data }) => data.text?.includes('line 2'));
    const stopped = owner.kill('SIGTERM');
    while (events.at(-1)!.event !== 'final_response') {
      const last = { 'last-event-id': events.at(-1)!.id! };
      const resumed = await call(proxy, 'GET', path, undefined, last).catch(() => null);
      // The proxy, or the gateway that stops, may cut it.
      if (resumed) await readEvents(resumed, (event) => !events.push(event)).catch(() => {});
      await sleep(50);
    }
    await stopped;
    proxy.close();
    expect(events.map(({ id }) => id)).toEqual(events.map((_, i) => String(i + 1)));
    expect(events.map(({ data }) => data.text ?? '').join('')).toBe(lines(60));
    owner = other;
  });

  it('start together on an empty database and folder, with one first user and one space', async () => {
    const empty = await createDatabase();
    const folder = await mkdtemp(join(tmpdir(), 'gateway-replicas-'));
    const env = { DATABASE_URL: empty.url, DEMO: '1' };
    const started = await Promise.allSettled([1, 2, 3].map(() => startGatewayProcess(folder, env)));
    const gateways = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const client = new pg.Client({ connectionString: empty.url });
    await client.connect();
    const count = async (table: string) =>
      (await client.query(`SELECT count(*)::int AS n FROM "${table}"`)).rows[0].n;
    try {
      expect(started.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []))).toEqual([]);
      expect([await count('User'), await count('ApiToken'), await count('Space')]).toEqual([1, 1, 1]);
      const known = (await readFile(join(folder, 'admin-token'), 'utf8')).trim();
      for (const { url } of gateways) {
        const headers = { authorization: `Bearer ${known}` };
        expect((await fetch(`${url}/graphql?query={me{id}}`, { headers })).status).toBe(200);
      }
    } finally {
      await client.end();
      for (const gateway of gateways) await gateway.kill('SIGKILL');
      await empty.remove();
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('a gateway that cannot share refuses to start and says why', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'gateway-elsewhere-'));
    const env = { DATABASE_URL: database.url };
    const SECRETS_KEY = randomBytes(32).toString('hex');
    await expect(startGatewayProcess(elsewhere, env)).rejects.toThrow(/gateways with another DATA_DIR/);
    await expect(startGatewayProcess(dataDir, { ...env, SECRETS_KEY })).rejects.toThrow(/another key/);
    await rm(elsewhere, { recursive: true });
  });
});
