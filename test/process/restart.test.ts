import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { callDemo } from '../support/demo-requests.js';
import { type GatewayProcess, spawnGatewayProcess, startGatewayProcess } from '../support/gateway-process.js';
import { gitOnPath } from '../support/git-on-path.js';
import { testPython } from '../support/jupyter.js';
import { readEvents } from '../support/sse.js';

// Each starts gateways on empty folders, which takes seconds of both cores.
vi.setConfig({ testTimeout: 150_000 });

let dataDir: string;
let gateway: GatewayProcess;
let token: string;
beforeAll(async () => {
  await testPython();
  dataDir = await mkdtemp(join(tmpdir(), 'gateway-process-'));
  gateway = await startGatewayProcess(dataDir);
  token = (await readFile(join(dataDir, 'admin-token'), 'utf8')).trim();
});
afterAll(async () => {
  const workers = (await (await call('GET', '/workers')).json()) as { items: { id: string }[] };
  for (const { id } of workers.items) await call('DELETE', `/workers/${id}`);
  await gateway.kill('SIGTERM');
  await rm(dataDir, { recursive: true, force: true });
});

const call = (method: string, path: string, body?: object) =>
  callDemo({ url: gateway.url, token }, method, path, body);
const run = async (session: string, code: string) =>
  readEvents(await call('POST', `/sessions/${session}/execute/stream`, { code }));

it('the first start prints the token and keeps one copy that only the owner can read', async () => {
  expect(gateway.output()).toContain(token);
  // The page signs in with the fragment.
  const { slug, workspaceId, notebookPath } = demo;
  const page = `/spaces/${slug}/workspaces/${workspaceId}/notebook?path=${encodeURIComponent(notebookPath)}`;
  expect(gateway.output().trim().split('\n').at(-1)).toBe(`Open ${gateway.url}${page}#token=${token}`);
  expect((await stat(join(dataDir, 'admin-token'))).mode & 0o777).toBe(0o600);
});

it('a second gateway on the same data folder stops with a sentence', async () => {
  await expect(startGatewayProcess(dataDir)).rejects.toThrow(/uses this data folder/);
});

it('after kill -9 saves, logs, worker and kernel are available again, and what ran goes on', async () => {
  const saved = await call('POST', `/workspaces/${demo.workspaceId}/authoring-files`, {
    path: 'kept.txt',
    content: 'k',
  });
  expect(saved.status).toBe(201);
  const opened = await call('POST', '/sessions', { workspace_id: demo.workspaceId });
  const session = ((await opened.json()) as { id: string }).id;
  await run(session, 'kept = 41');
  const cut = await call('POST', `/sessions/${session}/execute/stream`, {
    code: "import time\nprint('before', flush=True)\ntime.sleep(60)",
  });
  const execution = cut.headers.get('x-execution-id')!;
  const before = await readEvents(cut, ({ data }) => data.type === 'stream');

  await gateway.kill('SIGKILL');
  gateway = await startGatewayProcess(dataDir);
  expect(gateway.output()).not.toContain(token);

  const file = await call('GET', `/workspaces/${demo.workspaceId}/authoring-file?path=kept.txt`);
  expect(await file.json()).toMatchObject({ content: 'k' });
  const follow = () => call('GET', `/sessions/${session}/executions/${execution}/stream`);
  await readEvents(await follow(), ({ data }) => data.type === 'stream');
  await expect
    .poll(async () => (await (await call('GET', `/sessions/${session}`)).json()) as object)
    .toMatchObject({ status: 'busy' });
  expect((await call('POST', `/sessions/${session}/interrupt`)).status).toBe(200);
  const log = await readEvents(await follow());
  expect(log.slice(0, before.length)).toEqual(before);
  expect(log.map(({ id }) => id)).toEqual(log.map((_, i) => String(i + 1)));
  expect(log.at(-2)).toMatchObject({ data: { type: 'status', execution_state: 'idle' } });
  expect(log.at(-1)).toMatchObject({ event: 'final_response', data: { status: 'error' } });
  const again = await run(session, 'print(kept + 1)');
  expect(again.find(({ data }) => data.type === 'stream')!.data.text).toBe('42\n');
});

it('SIGTERM stops it within its limit while a cell runs, and it starts again', async () => {
  const opened = await call('POST', '/sessions', { workspace_id: demo.workspaceId });
  const session = ((await opened.json()) as { id: string }).id;
  const code = "import time\nprint('before', flush=True)\ntime.sleep(60)";
  const running = await call('POST', `/sessions/${session}/execute/stream`, { code });
  await readEvents(running, ({ data }) => data.type === 'stream');
  const from = Date.now();
  await gateway.kill('SIGTERM');
  expect(Date.now() - from).toBeLessThan(10_000);
  gateway = await startGatewayProcess(dataDir);
  expect((await call('GET', '/workspaces')).status).toBe(200);
  expect((await call('POST', `/sessions/${session}/restart`)).status).toBe(200);
  const again = await run(session, "print('on')");
  expect(again.find(({ data }) => data.type === 'stream')!.data.text).toBe('on\n');
});

it('without Python all but running cells works, and the reason is reported', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-process-'));
  const other = await startGatewayProcess(folder, {
    PATH: await gitOnPath(folder),
    JUPYTER_HOME: join(folder, 'none'),
  });
  try {
    expect(other.output()).toMatch(/Install Python/);
    const key = (await readFile(join(folder, 'admin-token'), 'utf8')).trim();
    const caller = { url: other.url, token: key };
    const files = await callDemo(caller, 'GET', `/workspaces/${demo.workspaceId}/files`);
    expect(files.status).toBe(200);
    const profiles = await callDemo(caller, 'GET', '/kernel-profiles');
    expect(await profiles.json()).toMatchObject({
      items: [{ is_available: false, unavailable_reason: expect.stringContaining('Install Python') }],
    });
    const worker = await callDemo(caller, 'POST', '/workers', { workspace_id: demo.workspaceId });
    expect(worker.status).toBe(503);
    expect(await worker.json()).toMatchObject({ code: 'runtime_unavailable' });
  } finally {
    await other.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
});

it.each([
  ['is missing', async () => '/nonexistent', 'none was found'],
  ['is too old', (folder: string) => gitOnPath(folder, '2.31.8'), 'version 2.31.8 was found'],
])('a start where git %s ends with one sentence that says so', async (_what, path, found) => {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-process-'));
  try {
    const other = spawnGatewayProcess(folder, { PATH: await path(folder) });
    await expect(other.listening).rejects.toThrow();
    expect(other.output()).toContain(`The gateway needs git 2.32 or newer on the PATH, but ${found}.`);
    expect(other.output()).not.toContain('    at ');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
