import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
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

vi.setConfig({ testTimeout: 90_000, hookTimeout: 300_000 });

describe.skipIf(!process.env.TEST_DATABASE_URL)('a gateway that takes over', () => {
  let database: { url: string; remove(): Promise<void> };
  let sql: pg.Client;
  let dataDir: string;
  let token: string;
  /** The one that runs the kernels. */
  let owner: GatewayProcess;

  beforeAll(async () => {
    await testPython();
    database = await createDatabase();
    dataDir = await mkdtemp(join(tmpdir(), 'gateway-takeovers-'));
    sql = await connect();
    owner = await start();
    token = (await readFile(join(dataDir, 'admin-token'), 'utf8')).trim();
  });
  afterAll(async () => {
    await call('POST', `/workspaces/${demo.workspaceId}/archive`);
    await owner.kill('SIGKILL');
    await sql.end();
    await database.remove();
    await rm(dataDir, { recursive: true, force: true });
  });

  const start = () => startGatewayProcess(dataDir, { DATABASE_URL: database.url, DEMO: '1' });
  const call = (method: string, path: string, body?: object) =>
    callDemo({ url: owner.url, token }, method, path, body);
  /** Of the one worker, where the cells run. */
  let folder: string;
  const file = (name: string) => join(folder, name);
  async function connect(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    return client;
  }
  async function openSession(path: string): Promise<string> {
    const opened = await call('POST', '/sessions', { workspace_id: demo.workspaceId, path });
    const { id, worker_id: workerId } = (await opened.json()) as { id: string; worker_id: string };
    folder = join(dataDir, 'workers', workerId, 'files');
    return id;
  }
  async function execute(session: string, code: string): Promise<string> {
    const queued = await call('POST', `/sessions/${session}/execute/batch`, { cells: [{ code }] });
    return ((await queued.json()) as { executions: { id: string }[] }).executions[0]!.id;
  }
  async function row(table: string, id: string): Promise<any> {
    return (await sql.query(`SELECT * FROM "${table}" WHERE "id" = $1`, [id])).rows[0];
  }
  const statusOf = async (id: string) => (await row('Execution', id)).status;
  const entries = async (id: string): Promise<{ type: string; data: string }[]> =>
    (await sql.query('SELECT * FROM "ExecutionEvent" WHERE "executionId" = $1 ORDER BY "sequence"', [id]))
      .rows;
  const printed = async (id: string) =>
    (await entries(id))
      .filter(({ type }) => type === 'stream')
      .map(({ data }) => JSON.parse(data).text)
      .join('');

  /** Runs a cell that prints `begun` and then waits for a file; resolves when that is written. */
  async function begin(session: string, name: string, then: string): Promise<string> {
    const code = `import os, signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
open('${name} ran', 'a').write('x')
print('begun', flush=True)
while not os.path.exists('${name} goes on'): time.sleep(0.01)
${then}`;
    const id = await execute(session, code);
    await expect.poll(() => printed(id)).toBe('begun\n');
    await expect.poll(() => statusOf(id)).toBe('running');
    return id;
  }

  /** Replaces the owner, which is killed after `work` while no log can be written. */
  async function takeOver(work: () => Promise<void>): Promise<void> {
    const other = await start();
    const locking = await connect();
    await locking.query('BEGIN; LOCK TABLE "ExecutionEvent" IN SHARE ROW EXCLUSIVE MODE');
    try {
      await work();
      await owner.kill('SIGKILL');
      await sql.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`);
    } finally {
      await locking.end();
      owner = other;
    }
  }

  it('what a child process prints after that belongs to the cell that started it', async () => {
    const session = await openSession('child.ipynb');
    const wait = 'while ! test -e child-goes-on; do sleep 0.1; done; echo late';
    const code = `import subprocess\nchild = subprocess.Popen('${wait}', shell=True)\nprint('now', flush=True)`;
    const id = await execute(session, code);
    await expect.poll(() => statusOf(id)).toBe('ok');
    await owner.kill('SIGKILL');
    owner = await start();
    // The kernel has answered who asks at each connection, and so has another newest request.
    const ask = () => call('POST', `/sessions/${session}/complete`, { code: 'prin', cursor_pos: 4 });
    await expect.poll(async () => (await ask()).status, { timeout: 30_000 }).toBe(200);
    await writeFile(file('child-goes-on'), '');
    await expect.poll(() => printed(id), { timeout: 10_000 }).toBe('now\nlate\n');
  });

  it('does not run a cell in the kernel that was started behind the one that it ended', async () => {
    const session = await openSession('exit.ipynb');
    const id = await begin(session, 'exit', "print('exits', flush=True)\ntime.sleep(0.5)\nos._exit(1)");
    const { spoolId } = await row('Session', session);
    await takeOver(async () => {
      await writeFile(file('exit goes on'), '');
      // So long the next kernel takes to start, and not much longer.
      for (let i = 0; i < 50 && (await row('Session', session)).spoolId === spoolId; i++) await sleep(100);
    });
    await expect.poll(() => statusOf(id)).toBe('failed');
    expect(await printed(id)).toBe('begun\nexits\n');
    expect(await readFile(file('exit ran'), 'utf8')).toBe('x');
  });

  it('ends a run whose kernel was restarted, though its end was not written', async () => {
    const session = await openSession('restart.ipynb');
    const id = await begin(session, 'restart', '');
    await takeOver(async () => {
      const restarted = await call('POST', `/sessions/${session}/restart`);
      expect(restarted.status).toBe(200);
      await sleep(1_000);
    });
    await expect.poll(async () => (await row('Execution', id)).finishedAt).not.toBeNull();
    expect(await readFile(file('restart ran'), 'utf8')).toBe('x');
  });

  /** From now on each kernel that starts takes no cell before a file is written. */
  async function holdStarts(session: string, name: string): Promise<void> {
    const hold = `import os, time\nwhile not os.path.exists('${name}'): time.sleep(0.01)`;
    const code = `import pathlib
_ = pathlib.Path(get_ipython().profile_dir.startup_dir, 'hold.py').write_text(${JSON.stringify(hold)})`;
    const id = await execute(session, code);
    await expect.poll(() => statusOf(id)).toBe('ok');
  }
  const statusOfSession = async (id: string) => (await row('Session', id)).status;

  /**
   * Queues a cell, replaces the owner, and lets the kernel start that the cell waits for: then the cell runs once.
   * @param begin begins the start of that kernel; resolves with its session
   */
  async function runsOnceAfter(
    signal: 'SIGKILL' | 'SIGTERM',
    name: string,
    begin: () => Promise<string>,
  ): Promise<void> {
    const other = await start();
    const id = await execute(await begin(), `_ = open('${name} ran', 'a').write('x')\nprint('ran')`);
    expect(await statusOf(id)).toBe('queued');
    const { runtimeEpoch } = (await sql.query('SELECT "runtimeEpoch" FROM "Installation"')).rows[0];
    await owner.kill(signal);
    owner = other;
    const epoch = async () =>
      (await sql.query('SELECT "runtimeEpoch" FROM "Installation"')).rows[0].runtimeEpoch;
    await expect.poll(epoch, { timeout: 30_000 }).not.toBe(runtimeEpoch);
    // Long enough to connect to the former kernel.
    await sleep(2_000);
    const { finishedAt } = await row('Execution', id);
    await writeFile(file(name), '');
    expect(finishedAt).toBeNull();
    await expect.poll(() => statusOf(id), { timeout: 60_000 }).toBe('ok');
    expect(await printed(id)).toBe('ran\n');
    expect(await readFile(file(`${name} ran`), 'utf8')).toBe('x');
  }

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'a cell that was queued while the kernel restarted runs once, and its end says so, after %s',
    async (signal) => {
      const name = `restarts ${signal}`;
      const session = await openSession(`${name}.ipynb`);
      await holdStarts(session, name);
      // The kernel says nothing of its end, so no gateway acknowledges that it restarts.
      const freeze = `import ctypes, threading
def freeze():
    open('${name} frozen', 'w').close()
    ctypes.PyDLL(None).sleep(60)
threading.Timer(0.5, freeze).start()`;
      let restarted: Promise<unknown> | undefined;
      await runsOnceAfter(signal, name, async () => {
        await execute(session, freeze);
        await expect.poll(() => readFile(file(`${name} frozen`), 'utf8').catch(() => undefined)).toBe('');
        restarted = call('POST', `/sessions/${session}/restart`).catch(() => {});
        await expect.poll(() => statusOfSession(session), { interval: 20 }).toBe('restarting');
        return session;
      });
      await restarted;
    },
  );

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'a cell that was queued while the next kernel started behind one that exited runs once, after %s',
    async (signal) => {
      const name = `next ${signal}`;
      const session = await openSession(`${name}.ipynb`);
      await holdStarts(session, name);
      await runsOnceAfter(signal, name, async () => {
        const exited = await execute(session, 'import os\nos._exit(1)');
        await expect.poll(() => statusOf(exited), { timeout: 20_000 }).toBe('failed');
        await expect.poll(() => statusOfSession(session)).toBe('restarting');
        return session;
      });
    },
  );

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'a cell that was queued while the first kernel started runs once, after %s',
    async (signal) => {
      const name = `first ${signal}`;
      await holdStarts(await openSession(`before ${name}.ipynb`), name);
      let opening: Promise<unknown> | undefined;
      await runsOnceAfter(signal, name, async () => {
        opening = openSession(`${name}.ipynb`).catch(() => {});
        const find = async () =>
          (await sql.query('SELECT "id" FROM "Session" WHERE "path" = $1', [`${name}.ipynb`])).rows[0]?.id;
        await expect.poll(find).toBeDefined();
        return find();
      });
      await opening;
    },
  );
});
