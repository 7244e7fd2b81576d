import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { demo } from '../../prisma/seed.js';
import {
  ApiError,
  type CellEvent,
  createNotebookClient,
  MeText,
  type NotebookClient,
  type NotebookConflict,
} from '../../src/client/notebook-client.js';
import { callDemo } from '../support/demo-requests.js';
import { freePort } from '../support/free-port.js';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.js';
import { testPython } from '../support/jupyter.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

let dataDir: string;
let port: number;
let gateway: GatewayProcess;
let token: string;
let client: NotebookClient;
let sessionId: string;
const spaceSlug = demo.slug;
const address = { spaceSlug, workspaceId: demo.workspaceId, path: demo.notebookPath };

const start = () => startGatewayProcess(dataDir, { PORT: String(port) });
beforeAll(async () => {
  await testPython();
  dataDir = await mkdtemp(join(tmpdir(), 'client-'));
  port = await freePort('127.0.0.1');
  gateway = await start();
  token = (await readFile(join(dataDir, 'admin-token'), 'utf8')).trim();
  client = createNotebookClient({ url: gateway.url, token });
  const response = await rest('POST', '/sessions', {
    workspace_id: demo.workspaceId,
    path: demo.notebookPath,
  });
  sessionId = ((await response.json()) as { id: string }).id;
});
afterAll(async () => {
  const { items } = (await (await rest('GET', '/workers')).json()) as { items: { id: string }[] };
  for (const { id } of items) await rest('DELETE', `/workers/${id}`);
  await gateway.kill('SIGTERM');
  await rm(dataDir, { recursive: true, force: true });
});

const rest = (method: string, path: string, body?: object) =>
  callDemo({ url: gateway.url, token }, method, path, body);

const textOf = (events: CellEvent[]) =>
  events.map((event) => (event.__typename === 'StreamEvent' ? event.text : '')).join('');

it('the entry of the package works without the sources, and needs no module of Node', async () => {
  const program = `
    import { createNotebookClient, MeText } from 'notebook-gateway/client';
    const client = createNotebookClient({ url: '${gateway.url}', token: '${token}' });
    console.log(JSON.stringify(await client.request(MeText, {})));`;
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  expect(JSON.parse(printed)).toMatchObject({ me: { name: 'Admin' } });
  const code = await readFile('dist/client/connection.js', 'utf8');
  expect(code).not.toMatch(/from 'node:/);
  expect(await readFile('dist/client/notebook-client.d.ts', 'utf8')).toContain('executeCell(');
});

it('runs a cell, and the same id again runs nothing', async () => {
  const executionId = randomUUID();
  const request = {
    spaceSlug,
    sessionId,
    executionId,
    code: 'n = globals().get("n", 0) + 1\nprint("run", n)',
  };
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const events: CellEvent[] = [];
    for await (const event of client.executeCell(request)) events.push(event);
    expect(textOf(events)).toBe('run 1\n');
    expect(events.at(-1)).toMatchObject({ __typename: 'FinalResponse', status: 'ok' });
  }
  const rest: CellEvent[] = [];
  for await (const event of client.executeCell({ ...request, after: 3 })) rest.push(event);
  expect(rest[0]!.sequence).toBe(4);
});

it('follows a run through a kill and a restart of the gateway, without a gap and nothing twice', async () => {
  const code = 'import time\nfor i in range(60):\n    print(i, flush=True)\n    time.sleep(0.2)';
  const events: CellEvent[] = [];
  let restarted: Promise<void> | undefined;
  for await (const event of client.executeCell({ spaceSlug, sessionId, code })) {
    events.push(event);
    if (/^5$/m.test(textOf(events)))
      restarted ??= gateway.kill('SIGKILL').then(async () => {
        gateway = await start();
      });
  }
  await restarted;
  const numbers = Array.from({ length: 60 }, (_, index) => `${index}\n`);
  expect(textOf(events)).toBe(numbers.join(''));
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
  expect(events.at(-1)).toMatchObject({ __typename: 'FinalResponse', status: 'ok' });
});

it('ends following at a signal, and the run goes on', async () => {
  const stop = new AbortController();
  const execution = client.executeCell({
    ...{ spaceSlug, sessionId, signal: stop.signal },
    code: 'import time\nprint("begun", flush=True)\ntime.sleep(2)\nprint("done")',
  });
  const follow = async () => {
    for await (const event of execution)
      if (event.__typename === 'StreamEvent') stop.abort(new Error('enough'));
  };
  await expect(follow()).rejects.toThrow('enough');
  const events: CellEvent[] = [];
  const { executionId } = execution;
  const same = { spaceSlug, sessionId, executionId };
  const code = 'import time\nprint("begun", flush=True)\ntime.sleep(2)\nprint("done")';
  for await (const event of client.executeCell({ ...same, code })) events.push(event);
  expect(textOf(events)).toBe('begun\ndone\n');
});

it('throws what the gateway refuses, and gives up a gateway that is away', async () => {
  const run = async (given: NotebookClient, more: object) => {
    for await (const _ of given.executeCell({ spaceSlug, sessionId, code: '1', ...more }));
  };
  await expect(run(client, { sessionId: randomUUID() })).rejects.toMatchObject({ code: 'not_found' });
  const stranger = createNotebookClient({ url: gateway.url, token: 'wrong' });
  await expect(run(stranger, {})).rejects.toMatchObject({ name: 'ApiError', code: 'unauthenticated' });
  await expect(stranger.request(MeText, {})).rejects.toBeInstanceOf(ApiError);
  const nobody = createNotebookClient({ url: `http://127.0.0.1:${await freePort('127.0.0.1')}`, token });
  await expect(run(nobody, { giveUpAfterMs: 500 })).rejects.toThrow('fetch failed');
});

it('saves a notebook, and hands a conflict to the caller', async () => {
  const cell = (id: string) => ({ id, cell_type: 'markdown', metadata: {}, source: id });
  const withCell = (notebook: unknown, id: string) => {
    const { cells, ...others } = notebook as { cells: object[] };
    return { ...others, cells: [...cells, cell(id)] };
  };
  const first = await client.readNotebook(address);
  const saved = await client.saveNotebook({
    ...{ ...address, notebook: withCell(first.notebook, 'theirs'), baseSha: first.sha },
    commitMessage: 'From the client',
  });
  expect(saved.sha).not.toBe(first.sha);
  const mine = { ...address, notebook: withCell(first.notebook, 'mine'), baseSha: first.sha };
  await expect(client.saveNotebook(mine)).rejects.toMatchObject({
    code: 'base_sha_conflict',
    extensions: { currentSha: saved.sha },
  });
  const declined = client.saveNotebook({ ...mine, onConflict: () => null });
  await expect(declined).rejects.toMatchObject({ code: 'base_sha_conflict' });
  const conflicts: NotebookConflict[] = [];
  await client.saveNotebook({
    ...mine,
    onConflict(conflict) {
      conflicts.push(conflict);
      return withCell(conflict.theirs.notebook, 'mine');
    },
  });
  expect(conflicts).toMatchObject([{ baseSha: first.sha, theirs: { sha: saved.sha } }]);
  const { notebook } = await client.readNotebook(address);
  expect((notebook as { cells: { id: string }[] }).cells.map(({ id }) => id).slice(-2)).toEqual([
    'theirs',
    'mine',
  ]);
});
