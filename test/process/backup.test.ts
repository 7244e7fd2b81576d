import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFile, cp, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { openDatabase } from '../../src/engines/database/open-database.js';
import { createDatabase } from '../support/database-server.js';
import { callDemo } from '../support/demo-requests.js';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.js';
import { testPython } from '../support/jupyter.js';
import { runProgram } from '../support/python-environment.js';
import { parseEvents, readEvents } from '../support/sse.js';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

let folder: string;
beforeAll(async () => {
  await testPython();
  folder = await mkdtemp(join(tmpdir(), 'backup-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs `npm run backup` or `npm run restore`. */
function command(name: 'backup' | 'restore', target: string, env: Record<string, string>) {
  const { PATH, HOME } = process.env;
  return runProgram(process.execPath, [`src/setup/${name}.mjs`, target], {
    cwd: '.',
    env: { PATH, HOME, LOG_LEVEL: 'warn', ...env },
  });
}

/** Runs one statement. @returns its rows */
async function inDatabase(connectionString: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  return (await client.query(sql).finally(() => client.end())).rows;
}

const tokenOf = async (dataDir: string) => (await readFile(join(dataDir, 'admin-token'), 'utf8')).trim();

/** Sends REST requests to a gateway. */
async function clientOf({ url }: GatewayProcess, dataDir: string) {
  const token = await tokenOf(dataDir);
  const send = (method: string, path: string, body?: object) => callDemo({ url, token }, method, path, body);
  const json = async (method: string, path: string, body?: object) => {
    const response = await send(method, path, body);
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    return (await response.json()) as any;
  };
  return { send, json };
}

const inWorkspace = (path: string) => `/workspaces/${demo.workspaceId}${path}`;
const notebook = (text: string) => ({
  cells: [{ id: 'a', cell_type: 'markdown', metadata: {}, source: text }],
  metadata: {},
  nbformat: 4,
  nbformat_minor: 5,
});

describe('of an embedded database', () => {
  let source: string;
  let backup: string;
  let session: string;
  let execution: string;
  let versions: any;
  let events: unknown[];
  beforeAll(async () => {
    source = join(folder, 'source');
    backup = join(folder, 'backup');
    const gateway = await startGatewayProcess(source);
    const { json, send } = await clientOf(gateway, source);
    const path = 'notebooks/kept.ipynb';
    await json('POST', inWorkspace('/files'), { path, notebook: notebook('first') });
    const saved = await json('PUT', inWorkspace('/file'), { path, notebook: notebook('second') });
    versions = await json('GET', `/documents/${saved.notebook_id}/versions`);
    session = (await json('POST', '/sessions', { workspace_id: demo.workspaceId })).id;
    const ran = await send('POST', `/sessions/${session}/execute/stream`, { code: 'print("é" * 3)\n6 * 7' });
    execution = ran.headers.get('x-execution-id')!;
    events = await readEvents(ran);
    const refused = await command('backup', backup, { DATA_DIR: source });
    expect(refused).toEqual({
      exitCode: 1,
      text: expect.stringMatching(/^Another gateway uses .* stopped\.\n$/),
    });
    const { items } = await json('GET', '/workers');
    for (const { id } of items) await send('DELETE', `/workers/${id}`);
    await gateway.kill('SIGTERM');
    const done = await command('backup', backup, { DATA_DIR: source });
    expect(done).toEqual({ exitCode: 0, text: expect.stringContaining(`repositories to ${backup}.`) });
  });

  /** Everything that was acknowledged is there, and the start had nothing to complain about. */
  async function expectAll(gateway: GatewayProcess, dataDir: string) {
    const { json, send } = await clientOf(gateway, dataDir);
    const read = await json('GET', inWorkspace('/file?path=notebooks/kept.ipynb'));
    expect(read.notebook.cells[0].source).toBe('second');
    expect(await json('GET', `/documents/${read.notebook_id}/versions`)).toEqual(versions);
    const stream = await send('GET', `/sessions/${session}/executions/${execution}/stream`);
    expect(parseEvents(await stream.text())).toEqual(events);
    expect(gateway.output()).not.toMatch(/"level":(50|60)/);
    const next = { path: 'notebooks/kept.ipynb', notebook: notebook('third'), base_sha: read.sha };
    expect((await json('PUT', inWorkspace('/file'), next)).version).toMatchObject({ path: next.path });
  }

  it('is for its owner only, and names its secrets', async () => {
    const modes = ['', 'manifest.json', 'secrets', 'secrets/secrets-key', 'secrets/admin-token', 'database'];
    const found = await Promise.all(modes.map(async (name) => (await stat(join(backup, name))).mode & 0o77));
    expect(found).toEqual(modes.map(() => 0));
    const manifest = JSON.parse(await readFile(join(backup, 'manifest.json'), 'utf8'));
    expect(manifest).toMatchObject({ database: 'pglite', secrets: ['secrets-key', 'admin-token'] });
  });

  it('is restored into a new folder', async () => {
    const target = join(folder, 'target');
    expect(await command('restore', backup, { DATA_DIR: target })).toMatchObject({ exitCode: 0 });
    const gateway = await startGatewayProcess(target);
    await expectAll(gateway, target);
    await gateway.kill('SIGTERM');
    const again = await command('restore', backup, { DATA_DIR: target });
    expect(again).toEqual({ exitCode: 1, text: expect.stringContaining('is not empty') });
  });

  it.skipIf(!process.env.TEST_DATABASE_URL)('is restored into a PostgreSQL server', async () => {
    const database = await createDatabase();
    const target = join(folder, 'moved');
    const env = { DATA_DIR: target, DATABASE_URL: database.url };
    expect(await command('restore', backup, env)).toMatchObject({ exitCode: 0 });
    const gateway = await startGatewayProcess(target, { DATABASE_URL: database.url });
    await expectAll(gateway, target);
    await gateway.kill('SIGTERM');
    const elsewhere = join(folder, 'elsewhere');
    const again = await command('restore', backup, { ...env, DATA_DIR: elsewhere });
    expect(again).toEqual({ exitCode: 1, text: expect.stringContaining('The database is not empty.') });
    await expect(stat(elsewhere)).rejects.toThrow('ENOENT');
    await database.remove();
  });

  it.skipIf(!process.env.TEST_DATABASE_URL)('changes no database that others use', async () => {
    const [foreign, older] = [await createDatabase(), await createDatabase()];
    await inDatabase(foreign.url, 'CREATE TABLE invoice (id int)');
    const migrationsDirectory = join(folder, 'older-migrations');
    await cp('prisma/migrations', migrationsDirectory, { recursive: true });
    const last = (await readdir(migrationsDirectory))
      .filter((name) => !name.includes('.'))
      .sort()
      .at(-1)!;
    await rm(join(migrationsDirectory, last), { recursive: true });
    await (await openDatabase({ url: older.url, migrationsDirectory })).close();
    const tables = `SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`;
    const applied = 'SELECT migration_name FROM _prisma_migrations ORDER BY 1';
    const before = await inDatabase(older.url, applied);
    for (const { url } of [foreign, older]) {
      const env = { DATA_DIR: join(folder, 'refused'), DATABASE_URL: url };
      const refused = await command('restore', backup, env);
      expect(refused).toEqual({ exitCode: 1, text: expect.stringContaining('The database is not empty.') });
    }
    expect(await inDatabase(foreign.url, tables)).toEqual([{ tablename: 'invoice' }]);
    expect(await inDatabase(older.url, applied)).toEqual(before);
    for (const one of [foreign, older]) await one.remove();
  });

  it('says which repositories are damaged, and refuses a backup that lacks one', async () => {
    const copy = join(folder, 'damaged');
    await cp(backup, copy, { recursive: true });
    const repository = join(copy, 'repositories', `${demo.repositoryId}.git`);
    await rm(join(repository, 'objects'), { recursive: true });
    const target = join(folder, 'damaged-target');
    const done = await command('restore', copy, { DATA_DIR: target });
    const reason = `The repository ${demo.repositoryId} is damaged: git fsck failed`;
    expect(done).toEqual({ exitCode: 1, text: expect.stringContaining(reason) });
    await rm(repository, { recursive: true });
    const refused = await command('restore', copy, { DATA_DIR: join(folder, 'none') });
    const text = `The backup is damaged: the repository ${demo.repositoryId} is missing.\n`;
    expect(refused).toEqual({ exitCode: 1, text });
    expect(await readdir(folder)).not.toContain('none');
  });

  it('refuses a folder that is not empty or is no gateway, and a damaged backup', async () => {
    const full = await command('backup', backup, { DATA_DIR: source });
    expect(full).toEqual({ exitCode: 1, text: expect.stringContaining('is not empty') });
    const other = await command('backup', join(folder, 'other'), { DATA_DIR: join(folder, 'nothing') });
    expect(other).toEqual({ exitCode: 1, text: expect.stringContaining('has no repositories') });
    expect(await readdir(folder)).not.toContain('nothing');
    const none = await command('restore', source, { DATA_DIR: join(folder, 'none') });
    expect(none).toEqual({ exitCode: 1, text: expect.stringContaining('no manifest.json') });
    await appendFile(join(backup, 'database', 'User.ndjson.gz'), 'x');
    const damaged = await command('restore', backup, { DATA_DIR: join(folder, 'none') });
    expect(damaged).toEqual({
      exitCode: 1,
      text: 'The backup is damaged: the file of the table User is missing or changed.\n',
    });
    expect(await readdir(folder)).not.toContain('none');
  });
});

describe.skipIf(!process.env.TEST_DATABASE_URL)('of a PostgreSQL server', () => {
  it('has all that was acknowledged before it, while saves go on', async () => {
    const database = await createDatabase();
    const source = join(folder, 'live');
    const gateway = await startGatewayProcess(source, { DATABASE_URL: database.url, DEMO: '1' });
    const { json } = await clientOf(gateway, source);
    const acknowledged: { path: string; text: string }[] = [];
    let isOver = false;
    const saveOn = async (index: number) => {
      for (let count = 0; !isOver; count += 1) {
        const path = `saved/${index}-${count % 10}-${randomUUID()}.md`;
        const text = randomUUID();
        await json('POST', inWorkspace('/authoring-files'), { path, content: text });
        acknowledged.push({ path, text });
      }
    };
    const saving = Promise.all([0, 1, 2].map(saveOn));
    await expect.poll(() => acknowledged.length, { timeout: 60_000 }).toBeGreaterThan(30);
    const before = [...acknowledged];
    const backup = join(folder, 'live-backup');
    const done = await command('backup', backup, { DATA_DIR: source, DATABASE_URL: database.url });
    expect(done).toMatchObject({ exitCode: 0 });
    expect(acknowledged.length).toBeGreaterThan(before.length);
    isOver = true;
    await saving;
    await gateway.kill('SIGTERM');
    const [target, into] = [join(folder, 'live-target'), await createDatabase()];
    const env = { DATA_DIR: target, DATABASE_URL: into.url };
    expect(await command('restore', backup, env)).toMatchObject({ exitCode: 0 });
    const restored = await startGatewayProcess(target, { DATABASE_URL: into.url });
    const client = await clientOf(restored, target);
    const { items } = await client.json('GET', inWorkspace('/files?kind=all&size=10000'));
    const listed = new Set<string>(items.map(({ path }: { path: string }) => path));
    expect(before.filter(({ path }) => !listed.has(path))).toEqual([]);
    for (const { path, text } of before) {
      const read = await client.json('GET', inWorkspace(`/authoring-file?path=${path}`));
      expect(read.content).toBe(text);
    }
    // What was saved between the copies of the database and of the repositories is in the index, too.
    const gitdir = join(target, 'repositories', `${demo.repositoryId}.git`);
    const tree = execFileSync('git', ['--git-dir', gitdir, 'ls-tree', '-r', '--name-only', 'main']);
    expect([...listed].sort()).toEqual(tree.toString().trim().split('\n').sort());
    expect(restored.output()).not.toMatch(/"level":(50|60)/);
    await restored.kill('SIGTERM');
    for (const one of [database, into]) await one.remove();
  });
});

it('of a gateway with a live worker says after the restore what became of it, and of its runs', async () => {
  const names = ['working', 'working-backup', 'working-target'];
  const [source, backup, target] = names.map((name) => join(folder, name)) as [string, string, string];
  let gateway = await startGatewayProcess(source);
  const before = await clientOf(gateway, source);
  const opened = await before.json('POST', '/sessions', { workspace_id: demo.workspaceId });
  const inSession = (path: string) => `/sessions/${opened.id}${path}`;
  const code = "import time\nprint('begun', flush=True)\ntime.sleep(600)";
  const running = await before.send('POST', inSession('/execute/stream'), { code });
  const events = await readEvents(running, ({ data }) => data.type === 'stream');
  const { executions } = await before.json('POST', inSession('/execute/batch'), { cells: [{ code: '1' }] });
  await gateway.kill('SIGTERM');
  expect(await command('backup', backup, { DATA_DIR: source })).toMatchObject({ exitCode: 0 });
  expect(await command('restore', backup, { DATA_DIR: target })).toMatchObject({ exitCode: 0 });

  const restored = await startGatewayProcess(target);
  const { json, send } = await clientOf(restored, target);
  const { items } = await json('GET', '/workers?include_stopped=true');
  expect(items).toMatchObject([{ id: opened.worker_id, status: 'failed', status_reason: 'lost' }]);
  expect(await json('GET', inSession(''))).toMatchObject({ status: 'dead' });
  const ended = async (id: string, retryable: boolean) => {
    const read = () => json('GET', inSession(`/executions/${id}`));
    const error = expect.objectContaining({ code: 'worker_lost', retryable });
    await expect.poll(read).toMatchObject({ status: 'failed', error, finished_at: expect.any(String) });
    return parseEvents(await (await send('GET', inSession(`/executions/${id}/stream`))).text());
  };
  // The code of a cell that was queued has not begun.
  await ended(executions[0].id, true);
  const log = await ended(running.headers.get('x-execution-id')!, false);
  expect(log.slice(0, events.length)).toEqual(events);
  expect(log.at(-1)).toMatchObject({ event: 'error', data: { code: 'worker_lost' } });
  const again = await json('POST', '/sessions', { workspace_id: demo.workspaceId });
  const printed = await send('POST', `/sessions/${again.id}/execute/stream`, { code: 'print(6 * 7)' });
  expect((await readEvents(printed)).map(({ data }) => data.text)).toContain('42\n');
  await send('DELETE', `/workers/${again.worker_id}`);
  await restored.kill('SIGTERM');

  // The original has its worker, whose run goes on.
  gateway = await startGatewayProcess(source);
  const after = await clientOf(gateway, source);
  const original = () => after.json('GET', inSession(`/executions/${running.headers.get('x-execution-id')}`));
  expect(await original()).toMatchObject({ status: 'running' });
  await after.send('DELETE', `/workers/${opened.worker_id}`);
  await gateway.kill('SIGTERM');
});
