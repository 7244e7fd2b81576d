import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import type { Database } from '../../src/engines/database/database.js';
import { openExternalBackend } from '../../src/workers/backends/external/open-external-backend.js';
import { makeBreakable } from '../support/breakable-backend.js';
import { openTestDatabase } from '../support/database.js';
import { itAnswersEachError, type StatusRow } from '../support/documented-errors.js';
import { makeRuntime } from '../support/factories/make-runtime.js';
import { makeUser } from '../support/factories/make-user.js';
import { fixedServers } from '../support/fixed-servers.js';
import { openTestGateway, type RestAnswer, type TestGateway } from '../support/gateway.js';
import { startTestJupyter, type TestJupyter, testPython } from '../support/jupyter.js';
import { filled } from '../support/rest-operations.js';
import { openTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';

/** Enough for all sessions of this file, as its user is one. */
const workersPerUser = 20;

/** Its workers use a Jupyter server that can be cut off. */
let at: TestGateway;
/** Its workers never become ready, and a session is waited for a moment only. */
let slow: TestGateway;
/** Its workers are ready immediately, but no kernel starts in the moment that a session is waited for. */
let hasty: TestGateway;
/** Its workers are those of an earlier process, and their engine does not answer. */
let away: TestGateway;
let database: Database;
let jupyter: TestJupyter;
let proxy: TcpProxy;
/** A live session, for what does not change it. */
let session: string;
beforeAll(async () => {
  jupyter = await startTestJupyter();
  proxy = await openTcpProxy(Number(new URL(jupyter.endpoint.baseUrl).port));
  const registered = { ...jupyter.endpoint, baseUrl: `http://127.0.0.1:${proxy.port}/` };
  at = await openTestGateway({
    runtimeLimits: { perUser: { workers: workersPerUser, cpus: 0, memoryMb: 0, gpus: 0 } },
    backends: (dataDir) => [
      openExternalBackend({
        stateRoot: join(dataDir, 'workers'),
        python: testPython,
        servers: fixedServers(registered),
      }),
    ],
  });
  hasty = await openTestGateway({
    sessionStartTimeoutMs: 200,
    backends: (dataDir) => [
      openExternalBackend({
        stateRoot: join(dataDir, 'workers'),
        python: testPython,
        servers: fixedServers(jupyter.endpoint),
      }),
    ],
  });
  slow = await openTestGateway({
    sessionStartTimeoutMs: 200,
    backends: (dataDir) => {
      const python = join(dataDir, 'python');
      const program = writeFile(python, '#!/bin/sh\nexec sleep 600\n', { mode: 0o755 });
      return [
        openExternalBackend({
          stateRoot: join(dataDir, 'workers'),
          python: () => program.then(() => ({ python, origin: 'found' })),
          isolation: async () => 'none',
        }),
      ];
    },
  });
  session = await openSession();
  database = await openTestDatabase();
});
afterAll(async () => {
  await away?.close();
  await database.close();
  const { prisma, workers } = slow.gateway.services;
  for (const { id } of await prisma.worker.findMany()) await workers.stop(id);
  await slow.close();
  await hasty.close();
  await at.close();
  await proxy.close();
  await jupyter.close();
});

const post = (path: string, body?: object, to = at) => to.rest('POST', path, { body });

async function newWorkspace(): Promise<string> {
  const body = { name: 'One', default_repository_id: demo.repositoryId };
  return (await post('/workspaces', body)).body.id;
}

/** Opens a session, in a workspace of its own unless one is given. */
async function openSession(workspace_id?: string): Promise<string> {
  const opened = await post('/sessions', { workspace_id: workspace_id ?? (await newWorkspace()) });
  expect(opened.status).toBe(201);
  return opened.body.id;
}

/** A session whose worker was stopped. */
async function stopped(): Promise<string> {
  const id = await openSession();
  const { worker_id } = (await at.rest('GET', `/sessions/${id}`)).body;
  await at.rest('DELETE', `/workers/${worker_id}`);
  return id;
}

/** A session whose workspace was archived. */
async function archived(): Promise<string> {
  const workspace = await newWorkspace();
  const id = await openSession(workspace);
  await post(`/workspaces/${workspace}/archive`);
  return id;
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** A user with as many live workers as one may have. */
async function busyUser(): Promise<string> {
  const { id, token } = await makeUser(at, { role: 'editor' });
  const of = { workspaceId: demo.workspaceId, userId: id, repositoryId: demo.repositoryId, branch: 'main' };
  const profile = {
    kernelProfileId: 'python3',
    kernelName: 'python3',
    resourceClassId: 'standard',
    resourceClass: {},
  };
  const row = { ...of, ...profile, backend: 'external', status: 'ready' } as const;
  const keys = Array.from({ length: workersPerUser }, () => randomUUID());
  await at.gateway.services.prisma.worker.createMany({ data: keys.map((liveKey) => ({ ...row, liveKey })) });
  return token;
}

/** Fills the queue of a session behind a cell that runs. */
async function fullQueue(): Promise<string> {
  const id = await openSession();
  const { prisma, executor } = at.gateway.services;
  const { userId } = await prisma.session.findUniqueOrThrow({ where: { id } });
  const code = 'import time; time.sleep(600)';
  await prisma.execution.createMany({
    data: Array.from({ length: 1001 }, () => ({ sessionId: id, userId, code })),
  });
  const rows = await prisma.execution.findMany({ where: { sessionId: id }, orderBy: { position: 'asc' } });
  for (const row of rows) executor.submit(row);
  await expect.poll(async () => (await at.rest('GET', `/sessions/${id}`)).body.status).toBe('busy');
  return id;
}

/** A session on a worker that the engine of `away` does not answer for, with a cell that an earlier gateway has queued. */
async function unreachable(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'gateway-test-'));
  // Its own, because on that of `at` another gateway runs the kernels.
  const own = await openTestDatabase();
  const close = async () => {
    await own.close();
    await rm(dataDir, { recursive: true, force: true });
  };
  const options = {
    database: { ...own, close },
    backends: () => {
      const stateRoot = join(dataDir, 'workers');
      const engine = makeBreakable(openExternalBackend({ stateRoot, python: testPython }));
      engine.setAway(true);
      return [engine.backend];
    },
    dataDir,
  };
  const earlier = await openTestGateway({ ...options, database: { ...own, close: async () => {} } });
  const { userId } = await own.prisma.apiToken.findFirstOrThrow();
  const made = await makeRuntime(earlier, { userId });
  const kernel = { kernelId: randomUUID(), spoolId: 'a', status: 'idle' } as const;
  await own.prisma.session.update({ where: { id: made.session.id }, data: kernel });
  await earlier.close();
  away = await openTestGateway(options);
  return made.session.id;
}

async function reuse() {
  const execution_id = randomUUID();
  const path = `/sessions/${session}/execute/stream`;
  await post(path, { code: '1', execution_id });
  return post(path, { code: '2', execution_id });
}

async function reuseInBatch() {
  const execution_id = randomUUID();
  const path = `/sessions/${session}/execute/batch`;
  await post(path, { cells: [{ code: '1', execution_id }] });
  return post(path, { cells: [{ code: '2', execution_id }] });
}

/** A batch whose source is not on the branch, on the worker of `session`. */
async function batchOn(path: string) {
  const { workspace_id, worker_id } = (await at.rest('GET', `/sessions/${session}`)).body;
  const { id } = (await post('/sessions', { workspace_id, worker_id, path })).body;
  const cells = [{ code: '1', cell_id: 'none', source_sha: '0'.repeat(64) }];
  return post(`/sessions/${id}/execute/batch`, { cells });
}

const cancel = 'POST /sessions/{session_id}/executions/{execution_id}/cancel';

async function cancelFinished() {
  const execution_id = randomUUID();
  await post(`/sessions/${session}/execute/stream`, { code: '1', execution_id });
  return post(`/sessions/${session}/executions/${execution_id}/cancel`);
}

async function cancelUnknown() {
  const id = await unreachableOnce();
  const { prisma } = away.gateway.services;
  const execution = await prisma.execution.findFirstOrThrow({ where: { sessionId: id } });
  return post(`/sessions/${id}/executions/${execution.id}/cancel`, undefined, away);
}

const input = 'POST /sessions/{session_id}/executions/{execution_id}/input';

async function answerFinished() {
  const execution_id = randomUUID();
  await post(`/sessions/${session}/execute/stream`, { code: '1', execution_id });
  return post(`/sessions/${session}/executions/${execution_id}/input`, { request_id: 'none', value: 'Ada' });
}

const bad = { workspace_id: demo.workspaceId, path: '../a.ipynb' };
const malformed = { workspace_id: demo.workspaceId, branch: 'a..b' };
const starts = ['/workers', '/sessions'].flatMap((path): StatusRow[] => [
  [`POST ${path}`, 'invalid_path', () => post(path, bad), ['body', 'path']],
  [`POST ${path}`, 'invalid_ref', () => post(path, malformed), ['body', 'branch']],
  [
    `POST ${path}`,
    'workspace_archived',
    async () => {
      const workspace_id = await newWorkspace();
      await post(`/workspaces/${workspace_id}/archive`);
      return post(path, { workspace_id });
    },
  ],
  [
    `POST ${path}`,
    'quota_exceeded',
    async () => at.rest('POST', path, { token: await busyUser(), body: { workspace_id: demo.workspaceId } }),
  ],
]);

const verbs = {
  interrupt: undefined,
  restart: undefined,
  'execute/stream': { code: '1' },
  'execute/batch': { cells: [{ code: '1' }] },
  comms: { type: 'comm_msg', comm_id: 'unknown' },
  complete: { code: '1' },
  inspect: { code: '1' },
};
const route = (verb: string) => `POST /sessions/{session_id}/${verb}`;
const act = (verb: string, session_id: string) =>
  post(filled(`/sessions/{session_id}/${verb}`, { session_id }), verbs[verb as 'interrupt']);

const stoppedOnce = once(stopped);
const archivedOnce = once(archived);
const unreachableOnce = once(unreachable);
const states = Object.keys(verbs).flatMap((verb): StatusRow[] => [
  [route(verb), 'worker_not_live', async () => act(verb, await stoppedOnce())],
  [route(verb), 'workspace_archived', async () => act(verb, await archivedOnce())],
]);

/** A session whose kernel has not started yet. */
async function starting(): Promise<string> {
  const { session: sessions } = at.gateway.services.prisma;
  const { id: _, ...row } = await sessions.findUniqueOrThrow({ where: { id: await openSession() } });
  const made = {
    ...row,
    ...{ kernelId: null, liveKey: null },
    clientId: randomUUID(),
    path: 'starting.ipynb',
    status: 'starting' as const,
  };
  return (await sessions.create({ data: made })).id;
}

/** A session whose kernel runs a cell that lets no other thread run. */
const stuckOnce = once(async () => {
  const id = await openSession();
  const path = `${at.url}/api/v1.0/engagement/spaces/demo/notebooks/sessions/${id}/execute/stream`;
  const code = 'import ctypes; ctypes.PyDLL(None).sleep(60)';
  const headers = { authorization: `Bearer ${at.token}`, 'content-type': 'application/json' };
  await (await fetch(path, { method: 'POST', headers, body: JSON.stringify({ code }) })).body!.cancel();
  const status = async () => (await at.rest('GET', `/sessions/${id}`)).body.status;
  await expect.poll(status).toBe('busy');
  return id;
});

/** A worker on a branch of its own, so that what it commits is in nobody's way. */
async function workerOn(branch: string): Promise<string> {
  const graph = `mutation { createBranch(spaceSlug: "demo", repositoryId: "${demo.repositoryId}", name: "${branch}") { name } }`;
  expect((await at.graphql(graph)).errors).toBeUndefined();
  const workspace_id = await newWorkspace();
  const opened = await post('/sessions', { workspace_id, branch });
  expect(opened.status).toBe(201);
  return opened.body.worker_id;
}

const folderOf = (worker: string) => join(jupyter.spec.filesDirectory, 'gateway-workers', worker);
const commitOf = (worker: string, path: string, token = at.token) =>
  at.rest('POST', `/workers/${worker}/commit`, { token, body: { paths: [path] } });
const rawOf = (worker: string, path = 'README.md') =>
  at.rest('GET', `/workers/${worker}/raw-file?path=${path}`);
const committing = 'POST /workers/{worker_id}/commit';
const reading = 'GET /workers/{worker_id}/raw-file';
const listing = 'GET /workers/{worker_id}/files';
const stoppedWorker = async () => (await at.rest('GET', `/sessions/${await stoppedOnce()}`)).body.worker_id;
const archivedWorker = async () => (await at.rest('GET', `/sessions/${await archivedOnce()}`)).body.worker_id;

/** Writes a file into a worker, and another one to the same path of its branch. */
async function onBothSides(branch: string, path: string): Promise<string> {
  const worker = await workerOn(branch);
  await writeFile(join(folderOf(worker), path), 'of the worker');
  const files = `/workspaces/${demo.workspaceId}/authoring-file`;
  const body = { path, branch, content: 'of the branch' };
  const saved = await at.rest(
    path === 'README.md' ? 'PUT' : 'POST',
    path === 'README.md' ? files : `${files}s`,
    {
      body,
    },
  );
  expect(saved.status).toBeLessThan(300);
  return worker;
}

const files: StatusRow[] = [
  [listing, 'worker_not_live', async () => at.rest('GET', `/workers/${await stoppedWorker()}/files`)],
  [reading, 'worker_not_live', async () => rawOf(await stoppedWorker())],
  [committing, 'worker_not_live', async () => commitOf(await stoppedWorker(), 'README.md')],
  [committing, 'workspace_archived', async () => commitOf(await archivedWorker(), 'README.md')],
  [reading, 'invalid_path', async () => rawOf(await stoppedWorker(), '../x'), ['query', 'path']],
  [
    reading,
    'range_not_satisfiable',
    async () => {
      const path = `/workers/${await workerOn('range')}/raw-file?path=README.md`;
      return at.rest('GET', path, { headers: { range: 'bytes=99999-' } });
    },
  ],
  [committing, 'invalid_path', async () => commitOf(await stoppedWorker(), '../x'), ['body', 'paths', 0]],
  [
    committing,
    'invalid_notebook',
    async () => {
      const worker = await workerOn('bad-notebook');
      await writeFile(join(folderOf(worker), 'bad.ipynb'), '{}');
      return commitOf(worker, 'bad.ipynb');
    },
    ['body', 'paths', 0],
  ],
  [committing, 'file_exists', async () => commitOf(await onBothSides('exists', 'both.txt'), 'both.txt')],
  [
    committing,
    'base_sha_conflict',
    async () => commitOf(await onBothSides('conflict', 'README.md'), 'README.md'),
  ],
  [
    committing,
    'branch_protected',
    async () => {
      const { token, id } = await makeUser(at, { role: 'editor' });
      const worker = await workerOn('protected');
      const { prisma } = at.gateway.services;
      const { workspaceId } = await prisma.worker.update({ where: { id: worker }, data: { userId: id } });
      await prisma.workspace.update({ where: { id: workspaceId }, data: { visibility: 'space' } });
      const row = { repositoryId: demo.repositoryId, name: 'protected' };
      await prisma.protectedBranch.create({ data: row });
      return commitOf(worker, 'README.md', token);
    },
  ],
  ...[reading, committing].map(
    (name): StatusRow => [
      name,
      'rate_limited',
      async () => {
        const worker = await workerOn(`many-${name.slice(0, 3)}`);
        const { workerFiles } = at.gateway.services;
        const open = () =>
          workerFiles.open({ id: worker, backend: 'external', jupyterServerId: null }, 'README.md');
        const opened = await Promise.all(Array.from({ length: 16 }, open));
        try {
          return await (name === reading ? rawOf(worker) : commitOf(worker, 'README.md'));
        } finally {
          for (const file of opened) await file!.close();
        }
      },
    ],
  ),
];

const toRun = 'POST /runs';
const welcome = 'notebooks/welcome.ipynb';
const runOf = (body: object, token = at.token) =>
  at.rest('POST', '/runs', { token, body: { workspace_id: demo.workspaceId, path: welcome, ...body } });
/** Runs the demo notebook in a session. */
async function runIn(session_id: string, to = at) {
  const { workspaceId: workspace_id } = await to.gateway.services.prisma.session.findUniqueOrThrow({
    where: { id: session_id },
  });
  return post('/runs', { workspace_id, path: welcome, session_id }, to);
}
/** The row of a run that no process works on. */
async function runRow(more: object = {}) {
  const { prisma } = at.gateway.services;
  const { userId } = await prisma.session.findUniqueOrThrow({ where: { id: session } });
  const { workspaceId, repositoryId } = demo;
  return {
    ...{ workspaceId, repositoryId, userId, path: welcome, ref: 'main', branch: 'main', saveBranch: 'main' },
    ...{
      commitOid: '0'.repeat(40),
      savePath: welcome,
      kernelProfileId: 'python3',
      kernelName: 'python3',
      ...more,
    },
  };
}

/** What an editor is answered while the branch `main` is protected. */
async function onProtected(send: (token: string) => Promise<RestAnswer>): Promise<RestAnswer> {
  const { token } = await makeUser(at, { role: 'editor' });
  const { protectedBranch } = at.gateway.services.prisma;
  const row = { repositoryId: demo.repositoryId, name: 'main' };
  await protectedBranch.create({ data: row });
  try {
    return await send(token);
  } finally {
    await protectedBranch.delete({ where: { repositoryId_name: row } });
  }
}

const runs: StatusRow[] = [
  [toRun, 'invalid_path', () => runOf({ path: '../a.ipynb' }), ['body', 'path']],
  [toRun, 'invalid_ref', () => runOf({ ref: 'a..b' }), ['body', 'ref']],
  [toRun, 'unreadable_file', () => runOf({ path: 'bad.ipynb' })],
  [toRun, 'branch_protected', () => onProtected((token) => runOf({}, token))],
  [
    toRun,
    'workspace_archived',
    async () => {
      const workspace_id = await newWorkspace();
      await post(`/workspaces/${workspace_id}/archive`);
      return runOf({ workspace_id });
    },
  ],
  [
    toRun,
    'base_sha_conflict',
    async () => {
      const files = `/workspaces/${demo.workspaceId}/authoring-file`;
      const body = { path: 'moved.ipynb' };
      const { commit_sha: ref } = (await post(`${files}s`, body)).body;
      const notebook = { cells: [], metadata: { moved: true }, nbformat: 4, nbformat_minor: 5 };
      await at.rest('PUT', files, { body: { ...body, notebook } });
      return runOf({ ...body, ref });
    },
  ],
  [
    toRun,
    'quota_exceeded',
    async () => {
      const { id: userId, token } = await makeUser(at, { role: 'editor' });
      const row = await runRow({ userId });
      await at.gateway.services.prisma.notebookRun.createMany({ data: Array(50).fill(row) });
      return runOf({}, token);
    },
  ],
  [
    toRun,
    'run_id_reused',
    async () => {
      const data = await runRow({ status: 'ok', finishedAt: new Date() });
      const { id } = await at.gateway.services.prisma.notebookRun.create({ data });
      return runOf({ run_id: id });
    },
  ],
  [toRun, 'worker_not_live', async () => runIn(await stoppedOnce())],
  [toRun, 'runtime_unavailable', async () => runIn(await unreachableOnce(), away)],
  [
    'POST /runs/{run_id}/cancel',
    'execution_finished',
    async () => {
      const data = await runRow({ status: 'ok', finishedAt: new Date() });
      const { id } = await at.gateway.services.prisma.notebookRun.create({ data });
      return post(`/runs/${id}/cancel`);
    },
  ],
];

const scheduleOf = (body: object) =>
  post('/schedules', { workspace_id: demo.workspaceId, path: welcome, cron: '@yearly', ...body });
const toSchedule = 'POST /schedules';
const toReschedule = 'PATCH /schedules/{schedule_id}';
async function rescheduled(body: object) {
  const { id } = (await scheduleOf({})).body;
  return at.rest('PATCH', `/schedules/${id}`, { body });
}
const schedules: StatusRow[] = [
  [toSchedule, 'invalid_path', () => scheduleOf({ path: '../a.ipynb' }), ['body', 'path']],
  [toSchedule, 'invalid_ref', () => scheduleOf({ ref: 'a..b' }), ['body', 'ref']],
  [toReschedule, 'invalid_path', () => rescheduled({ path: '../a.ipynb' }), ['body', 'path']],
  [toReschedule, 'invalid_ref', () => rescheduled({ ref: 'a..b' }), ['body', 'ref']],
  [
    toSchedule,
    'workspace_archived',
    async () => {
      const workspace_id = await newWorkspace();
      await post(`/workspaces/${workspace_id}/archive`);
      return scheduleOf({ workspace_id });
    },
  ],
  [
    toReschedule,
    'workspace_archived',
    async () => {
      const workspace_id = await newWorkspace();
      const { id } = (await scheduleOf({ workspace_id })).body;
      await post(`/workspaces/${workspace_id}/archive`);
      return at.rest('PATCH', `/schedules/${id}`, { body: { is_paused: true } });
    },
  ],
  [
    'DELETE /schedules/{schedule_id}',
    'workspace_archived',
    async () => {
      const workspace_id = await newWorkspace();
      const { id } = (await scheduleOf({ workspace_id })).body;
      await post(`/workspaces/${workspace_id}/archive`);
      return at.rest('DELETE', `/schedules/${id}`);
    },
  ],
  [
    toSchedule,
    'quota_exceeded',
    async () => {
      const workspaceId = await newWorkspace();
      const { userId } = await at.gateway.services.prisma.session.findUniqueOrThrow({
        where: { id: session },
      });
      const row = { workspaceId, userId, path: welcome, cron: '@yearly' };
      await at.gateway.services.prisma.schedule.createMany({ data: Array(50).fill(row) });
      return scheduleOf({ workspace_id: workspaceId });
    },
  ],
];

/** In this order: the first cuts the Jupyter server off, for all that follow. */
let cutOff: string;
/** Its worker. */
let filesWorker: string;
const withoutJupyter: StatusRow[] = [
  [
    route('interrupt'),
    'runtime_unavailable',
    async () => {
      cutOff = await openSession();
      filesWorker = (await at.rest('GET', `/sessions/${cutOff}`)).body.worker_id;
      await proxy.close();
      return act('interrupt', busy);
    },
  ],
  [route('comms'), 'runtime_unavailable', () => act('comms', cutOff)],
  [route('complete'), 'runtime_unavailable', () => act('complete', cutOff)],
  [route('inspect'), 'runtime_unavailable', () => act('inspect', cutOff)],
  [listing, 'runtime_unavailable', async () => at.rest('GET', `/workers/${filesWorker}/files`)],
  [reading, 'runtime_unavailable', async () => rawOf(filesWorker)],
  [committing, 'runtime_unavailable', async () => commitOf(filesWorker, 'README.md')],
  [
    route('interrupt'),
    'session_dead',
    async () => {
      const status = async () => (await at.rest('GET', `/sessions/${cutOff}`)).body.status;
      await expect.poll(status, { timeout: 25_000 }).toBe('dead');
      return act('interrupt', cutOff);
    },
  ],
  [route('execute/stream'), 'session_dead', () => act('execute/stream', cutOff)],
  [route('execute/batch'), 'session_dead', () => act('execute/batch', cutOff)],
  [toRun, 'session_dead', () => runIn(cutOff)],
  [route('comms'), 'session_dead', () => act('comms', cutOff)],
  [route('complete'), 'session_dead', () => act('complete', cutOff)],
  [route('inspect'), 'session_dead', () => act('inspect', cutOff)],
  ['DELETE /sessions/{session_id}', 'runtime_unavailable', () => at.rest('DELETE', `/sessions/${cutOff}`)],
  [route('restart'), 'runtime_unavailable', () => act('restart', cutOff)],
  [
    'POST /workers',
    'runtime_unavailable',
    async () => {
      // The health of a server is asked for only every few seconds.
      const isAvailable = async () => (await at.rest('GET', '/kernel-profiles')).body.items[0].is_available;
      await expect.poll(isAvailable, { timeout: 25_000 }).toBe(false);
      return post('/workers', { workspace_id: await newWorkspace() });
    },
  ],
  [
    'POST /sessions',
    'runtime_unavailable',
    async () => post('/sessions', { workspace_id: await newWorkspace() }),
  ],
];

/** The session whose queue is full: it runs a cell. */
let busy: string;
it('an action without a body ignores a body that is sent, also when it is repeated with its key', async () => {
  const send = () =>
    at.rest('POST', `/sessions/${session}/interrupt`, {
      raw: '{',
      headers: { 'idempotency-key': 'no-body' },
    });
  expect((await send()).status).toBe(200);
  expect((await send()).status).toBe(200);
});

itAnswersEachError('runtime', [
  [
    route('execute/batch'),
    'source_mismatch',
    () => batchOn('notebooks/welcome.ipynb'),
    ['body', 'cells', 0, 'source_sha'],
  ],
  [
    route('execute/batch'),
    'unreadable_file',
    async () => {
      const git = await at.gateway.services.git.repository(demo.repositoryId);
      const author = { name: 'Test', email: 'test@example.com' };
      await git.commit({
        ...{ branch: 'main', message: 'bad', author, committer: author },
        changes: [{ kind: 'create', path: 'bad.ipynb', bytes: Buffer.from('{}') }],
      });
      return batchOn('bad.ipynb');
    },
  ],
  [cancel, 'execution_finished', cancelFinished],
  [cancel, 'runtime_unavailable', cancelUnknown],
  [input, 'input_not_expected', answerFinished],
  ...starts,
  ...states,
  [
    'POST /sessions',
    'worker_not_live',
    async () => {
      const workspace_id = await newWorkspace();
      const id = await openSession(workspace_id);
      const { worker_id } = (await at.rest('GET', `/sessions/${id}`)).body;
      await at.rest('DELETE', `/workers/${worker_id}`);
      return post('/sessions', { workspace_id, worker_id });
    },
  ],
  ['POST /sessions', 'session_starting', () => post('/sessions', { workspace_id: demo.workspaceId }, slow)],
  ['POST /sessions', 'session_starting', () => post('/sessions', { workspace_id: demo.workspaceId }, hasty)],
  [route('comms'), 'kernel_busy', async () => act('comms', await starting())],
  [route('complete'), 'kernel_busy', async () => act('complete', await stuckOnce())],
  [route('inspect'), 'kernel_busy', async () => act('inspect', await stuckOnce())],
  [route('execute/stream'), 'execution_id_reused', reuse],
  [route('execute/batch'), 'execution_id_reused', reuseInBatch],
  [
    route('execute/stream'),
    'quota_exceeded',
    async () => {
      busy = await fullQueue();
      return act('execute/stream', busy);
    },
  ],
  [route('execute/batch'), 'quota_exceeded', () => act('execute/batch', busy)],
  ...runs,
  ...schedules,
  ...(['execute/stream', 'execute/batch'] as const).map(
    (verb): StatusRow => [
      route(verb),
      'branch_protected',
      () =>
        onProtected(async (token) => {
          const { id } = (
            await at.rest('POST', '/sessions', {
              token,
              body: { workspace_id: demo.workspaceId, path: welcome },
            })
          ).body;
          const cell = { code: '1', cell_id: 'hello', save_outputs: true };
          const body = verb === 'execute/batch' ? { cells: [cell] } : cell;
          return at.rest('POST', `/sessions/${id}/${verb}`, { token, body });
        }),
    ],
  ),
  ...files,
  ...(['execute/stream', 'execute/batch'] as const).map(
    (verb): StatusRow => [
      route(verb),
      'runtime_unavailable',
      async () => post(`/sessions/${await unreachableOnce()}/${verb}`, verbs[verb], away),
    ],
  ),
  ...withoutJupyter,
]);

it('a start that takes long says what it waits for', async () => {
  const { body } = await slow.rest('POST', '/sessions', { body: { workspace_id: demo.workspaceId } });
  expect(body.detail).toMatch(/^The worker is still starting \(\w.+\); try again in a few seconds\.$/);
});
