import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'graphql-sse';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { openExternalBackend } from '../../src/workers/backends/external/open-external-backend.js';
import { openTestDatabase } from '../support/database.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { testPython } from '../support/jupyter.js';
import { readEvents, type SentEvent } from '../support/sse.js';

let at: TestGateway;
let session: string;
beforeAll(async () => {
  at = await openTestGateway({
    database: await openTestDatabase(),
    backends: (dataDir) => [openExternalBackend({ stateRoot: join(dataDir, 'workers'), python: testPython })],
  });
  session = (await openSession('notebooks/welcome.ipynb')).body.id;
});
afterAll(async () => {
  const { prisma, workers } = at.gateway.services;
  for (const { id } of await prisma.worker.findMany()) await workers.stop(id);
  await at.close();
});

const openSession = (path: string, more: object = {}) =>
  at.rest('POST', '/sessions', { body: { workspace_id: demo.workspaceId, path, ...more } });

async function stream(
  path: string,
  init: { body?: object; headers?: Record<string, string>; token?: string },
) {
  return fetch(`${at.url}/api/v1.0/engagement/spaces/demo/notebooks${path}`, {
    method: init.body ? 'POST' : 'GET',
    headers: {
      authorization: `Bearer ${init.token ?? at.token}`,
      ...(init.body ? { 'content-type': 'application/json' } : {}),
      ...init.headers,
    },
    body: init.body && JSON.stringify(init.body),
  });
}

const run = (code: string, more: object = {}, id = session) =>
  stream(`/sessions/${id}/execute/stream`, { body: { code, cell_index: 0, ...more } });
const runAll = async (code: string, more: object = {}, id = session) => readEvents(await run(code, more, id));
const textOf = (events: SentEvent[]) =>
  events
    .filter(({ data }) => data.type === 'stream')
    .map(({ data }) => data.text)
    .join('');

describe('profiles, classes and workers', () => {
  it('lists kernel profiles with their availability', async () => {
    const { status, body } = await at.rest('GET', '/kernel-profiles');
    expect(status).toBe(200);
    expect(body).toEqual({
      items: [
        {
          id: 'python3',
          display_name: 'Python 3',
          language: 'python',
          kernel_name: 'python3',
          runtime: 'local',
          is_default: true,
          is_available: true,
          unavailable_reason: null,
        },
      ],
      total: 1,
      page: 1,
      size: 20,
    });
  });

  it('lists enabled resource classes', async () => {
    const { prisma } = at.gateway.services;
    const data = {
      name: 'Off',
      cpuLimit: 1,
      memoryMb: 1,
      workspaceStorageMb: 1,
      tmpStorageMb: 1,
      isEnabled: false,
    };
    await prisma.resourceClass.create({ data: { id: 'off', ...data } });
    const { body } = await at.rest('GET', '/worker-resource-classes');
    expect(body.items).toEqual([
      {
        id: 'standard',
        name: 'Standard',
        cpu_limit: 2,
        memory_mb: 4096,
        gpu_count: 0,
        workspace_storage_mb: 10240,
        tmp_storage_mb: 2048,
        is_enabled: true,
        is_default: true,
      },
    ]);
    const refused = await at.rest('POST', '/workers', {
      body: { workspace_id: demo.workspaceId, resource_class_id: 'off' },
    });
    expect(refused).toMatchObject({
      status: 400,
      body: { errors: [{ loc: ['body', 'resource_class_id'] }] },
    });
  });

  it('a session started a worker, which is answered again for the same start', async () => {
    const body = { workspace_id: demo.workspaceId };
    const again = await at.rest('POST', '/workers', { body });
    expect(again.status).toBe(200);
    expect(again.body).toMatchObject({
      status: 'ready',
      backend: 'external',
      branch: 'main',
      repository_kind: 'analysis',
      kernel_name: 'python3',
      kernel_profile_id: 'python3',
      resource_class: { id: 'standard', cpu_limit: 2 },
      progress: { percent: 100 },
    });
    const list = await at.rest('GET', `/workers?workspace_id=${demo.workspaceId}`);
    expect(list.body.items.map((worker: { id: string }) => worker.id)).toEqual([again.body.id]);
    expect((await at.rest('GET', `/workers/${again.body.id}`)).body).toEqual(list.body.items[0]);
    const { token } = await at.user('editor');
    expect((await at.rest('GET', '/workers', { token })).body.total).toBe(0);
  });

  it('the same session is answered with 200', async () => {
    const again = await openSession('notebooks/welcome.ipynb');
    expect(again).toMatchObject({ status: 200, body: { id: session, status: 'idle' } });
  });

  it.each([
    [{ kernel_name: 'julia' }, 'kernel_name'],
    [{ kernel_name: 'julia', kernel_profile_id: 'python3' }, 'kernel_name'],
    [{ kernel_profile_id: 'nope' }, 'kernel_profile_id'],
    [{ repository_kind: 'project' }, 'repository_kind'],
    [{ branch: 'nope' }, 'branch'],
    [{ path: '../x' }, 'path'],
    [{ colour: 1 }, 'colour'],
  ])('a start with %j is 400 naming the field', async (more, field) => {
    const answer = await at.rest('POST', '/workers', { body: { workspace_id: demo.workspaceId, ...more } });
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].loc).toEqual(['body', field]);
  });

  it('an unknown workspace or worker is 404', async () => {
    expect((await at.rest('POST', '/workers', { body: { workspace_id: randomUUID() } })).status).toBe(404);
    expect((await openSession('x.ipynb', { worker_id: randomUUID() })).status).toBe(404);
    expect((await at.rest('DELETE', `/workers/${randomUUID()}`)).status).toBe(404);
    expect((await at.rest('DELETE', `/sessions/${randomUUID()}`)).status).toBe(404);
  });
});

describe('a run', () => {
  it('streams its numbered events and ends with final_response', async () => {
    const response = await run("print('hello')\n6 * 7", { cell_index: 3 });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect(response.headers.get('x-accel-buffering')).toBe('no');
    const id = response.headers.get('x-execution-id');
    const events = await readEvents(response);
    expect(events.map((event) => event.id)).toEqual(events.map((_, i) => String(i + 1)));
    expect(events.slice(0, -1).every((event) => event.event === 'notebook_event')).toBe(true);
    for (const [i, { data }] of events.entries()) {
      expect(data).toMatchObject({ execution_id: id, session_id: session, cell_index: 3, sequence: i + 1 });
    }
    expect(events[0]!.data).toMatchObject({ type: 'status', execution_state: 'queued' });
    expect(textOf(events)).toBe('hello\n');
    expect(events.find(({ data }) => data.type === 'execute_result')!.data).toMatchObject({
      data: { 'text/plain': '42' },
      metadata: {},
      execution_count: expect.any(Number),
    });
    const final = events.at(-1)!;
    expect(final.event).toBe('final_response');
    expect(final.data).toEqual({
      execution_id: id,
      session_id: session,
      cell_index: 3,
      sequence: events.length,
      status: 'ok',
      execution_count: expect.any(Number),
      outputs: [
        { output_type: 'stream', name: 'stdout', text: 'hello\n' },
        {
          output_type: 'execute_result',
          data: { 'text/plain': '42' },
          metadata: {},
          execution_count: final.data.execution_count,
        },
      ],
      truncated: false,
      started_at: expect.stringMatching(/Z$/),
      finished_at: expect.stringMatching(/Z$/),
      duration_ms: expect.any(Number),
    });
  });

  it('that raises is a notebook_event error, then final_response with status error', async () => {
    const events = await runAll('1 / 0');
    expect(events.find(({ data }) => data.type === 'error')).toMatchObject({
      event: 'notebook_event',
      data: { ename: 'ZeroDivisionError', evalue: 'division by zero', traceback: expect.any(Array) },
    });
    expect(events.at(-1)).toMatchObject({ event: 'final_response', data: { status: 'error' } });
  });

  it('finds the files of the branch beside the notebook', async () => {
    expect(textOf(await runAll("print(open('../README.md').read().split()[1])"))).toBe('Demo\n');
  });

  it('goes on when its client leaves, and is resumed after Last-Event-ID without gap or repeat', async () => {
    const response = await run(
      'import time\nfor i in range(6):\n    print(i, flush=True)\n    time.sleep(0.15)',
    );
    const id = response.headers.get('x-execution-id');
    const before = await readEvents(response, ({ data }) => data.type === 'stream');
    const last = before.at(-1)!.id!;
    const path = `/sessions/${session}/executions/${id}/stream`;
    const after = await readEvents(await stream(path, { headers: { 'last-event-id': last } }));
    expect(after[0]!.id).toBe(String(Number(last) + 1));
    expect(textOf([...before, ...after])).toBe('0\n1\n2\n3\n4\n5\n');
    const whole = await readEvents(await stream(path, {}));
    expect(whole).toEqual([...before, ...after]);
    const none = await readEvents(await stream(path, { headers: { 'last-event-id': whole.at(-1)!.id! } }));
    expect(none).toEqual([]);
  });

  it('is the same log as GraphQL subscription through Yoga and graphql-sse, distinct and single', async () => {
    const response = await run("for i in range(50): print('line', i)");
    const id = response.headers.get('x-execution-id')!;
    const rest = await readEvents(response);
    const query = `subscription($id: ID!, $after: Int) { executionEvents(executionId: $id, after: $after) {
      sequence type ... on StreamEvent { name text } ... on FinalResponse { status outputs } } }`;
    const expected = rest.map(({ data }, i) => ({
      sequence: data.sequence,
      type: i === rest.length - 1 ? 'final_response' : data.type,
      ...(data.type === 'stream' ? { name: data.name, text: data.text } : {}),
      ...(i === rest.length - 1 ? { status: data.status, outputs: data.outputs } : {}),
    }));

    const yoga = await fetch(`${at.url}/graphql`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${at.token}`,
        'content-type': 'application/json',
        accept: 'text/event-stream',
      },
      body: JSON.stringify({ query, variables: { id, after: 2 } }),
    });
    const byYoga = (await readEvents(yoga)).filter((event) => event.event === 'next');
    expect(byYoga.map(({ data }) => data.data.executionEvents)).toEqual(expected.slice(2));

    for (const singleConnection of [false, true]) {
      const client = createClient({
        url: `${at.url}/graphql/stream`,
        singleConnection,
        headers: { authorization: `Bearer ${at.token}` },
      });
      const events = [];
      for await (const result of client.iterate({ query, variables: { id, after: 0 } })) {
        expect(result.errors).toBeUndefined();
        events.push((result.data as any).executionEvents);
      }
      client.dispose();
      expect(events).toEqual(expected);
    }
  });

  it('sent again with its execution_id is attached to, not run twice', async () => {
    const execution_id = randomUUID();
    const first = await runAll("count = globals().get('count', 0) + 1\nprint(count)", { execution_id });
    const again = await runAll("count = globals().get('count', 0) + 1\nprint(count)", { execution_id });
    expect(again).toEqual(first);
    expect(textOf(again)).toBe('1\n');
    const other = await run('print(2)', { execution_id });
    expect(other.status).toBe(409);
    expect(await other.json()).toMatchObject({ code: 'execution_id_reused' });
  });

  it('after an error those queued behind it by the same user are aborted', async () => {
    const answers = await Promise.all([
      runAll("import time\ntime.sleep(0.5)\nraise ValueError('x')"),
      new Promise((resolve) => setTimeout(resolve, 150)).then(() => runAll("print('never')")),
      new Promise((resolve) => setTimeout(resolve, 300)).then(() => runAll("print('never')")),
    ]);
    expect(answers.map((events) => events.at(-1)!.data.status)).toEqual(['error', 'aborted', 'aborted']);
    expect(textOf(answers[1]!)).toBe('');
    expect((await runAll("print('next')")).at(-1)!.data.status).toBe('ok');
  });

  it('that is queued can be cancelled', async () => {
    const busy = runAll('import time\ntime.sleep(1)');
    await new Promise((resolve) => setTimeout(resolve, 200));
    const queued = await run("print('never')");
    const id = queued.headers.get('x-execution-id');
    const cancel = await at.graphql('mutation($id: ID!) { cancelExecution(id: $id) { status } }', { id });
    expect(cancel.data.cancelExecution.status).toBe('cancelled');
    expect((await readEvents(queued)).at(-1)!.data).toMatchObject({ status: 'cancelled', outputs: [] });
    expect((await busy).at(-1)!.data.status).toBe('ok');
  });

  it('that is interrupted ends with what the kernel replies', async () => {
    const response = await run("import time\nprint('on', flush=True)\ntime.sleep(30)");
    const rest = readEvents(response);
    await new Promise((resolve) => setTimeout(resolve, 700));
    const interrupt = await at.rest('POST', `/sessions/${session}/interrupt`);
    expect(interrupt.status).toBe(200);
    const events = await rest;
    expect(events.find(({ data }) => data.type === 'error')!.data.ename).toBe('KeyboardInterrupt');
    expect(events.at(-1)!.data.status).toBe('error');
    expect((await at.rest('POST', `/sessions/${session}/interrupt`)).status).toBe(200);
  });

  it('over its timeout_seconds is interrupted and ends as timed_out', async () => {
    const events = await runAll('import time\ntime.sleep(30)', { timeout_seconds: 0.5 });
    expect(events.at(-1)!.data.status).toBe('timed_out');
  });

  it('with 20,000 prints loses none', async () => {
    const events = await runAll('for i in range(20000): print(i, flush=True)');
    expect(events.at(-1)!.data.status).toBe('ok');
    expect(textOf(events)).toBe(Array.from({ length: 20000 }, (_, i) => `${i}\n`).join(''));
    expect(events.filter(({ data }) => data.type === 'output_lost')).toEqual([]);
  }, 120_000);

  it.each([
    [{ code: 5 }, 'code'],
    [{}, 'code'],
    [{ code: 'a\u0000' }, 'code'],
    [{ code: '', cell_index: -1 }, 'cell_index'],
    [{ code: '', cell_index: 1.5 }, 'cell_index'],
    [{ code: '', timeout_seconds: 0 }, 'timeout_seconds'],
    [{ code: '', execution_id: 'x' }, 'execution_id'],
    [{ code: '', extra: 1 }, 'extra'],
  ])('with the body %j is 400 naming the field', async (body, field) => {
    const response = await stream(`/sessions/${session}/execute/stream`, { body });
    expect(response.status).toBe(400);
    expect(((await response.json()) as any).errors[0].loc).toEqual(['body', field]);
  });

  it('with a bad Last-Event-ID is 400', async () => {
    const response = await stream(`/sessions/${session}/execute/stream`, {
      body: { code: '1' },
      headers: { 'last-event-id': 'x' },
    });
    expect(response.status).toBe(400);
  });

  it("in another user's session is 403, to watch it is allowed", async () => {
    const { token } = await at.user('editor');
    const refused = await stream(`/sessions/${session}/execute/stream`, { body: { code: '1' }, token });
    expect(refused.status).toBe(403);
    const mine = await run("print('seen')");
    const id = mine.headers.get('x-execution-id');
    await readEvents(mine);
    const watched = await stream(`/sessions/${session}/executions/${id}/stream`, { token });
    expect(textOf(await readEvents(watched))).toBe('seen\n');
    const outsider = await at.user(null);
    const hidden = await stream(`/sessions/${session}/executions/${id}/stream`, { token: outsider.token });
    expect(hidden.status).toBe(404);
  });
});

describe('a kernel that dies', () => {
  it.each([
    ['by itself', 'import os\nprint("last", flush=True)\nimport time; time.sleep(0.2)\nos._exit(1)'],
    [
      'by SIGKILL',
      'import os, signal\nprint("last", flush=True)\nimport time; time.sleep(0.2)\nos.kill(os.getpid(), signal.SIGKILL)',
    ],
  ])('%s ends its stream with the SSE event error within 5 s', async (_how, code) => {
    const from = Date.now();
    const events = await runAll(code);
    expect(Date.now() - from).toBeLessThan(5_000 + 700);
    expect(textOf(events)).toBe('last\n');
    expect(events.at(-1)).toMatchObject({
      event: 'error',
      data: { status_code: 503, code: 'kernel_died', retryable: true, detail: expect.any(String) },
    });
    expect(events.at(-1)!.id).toBe(String(events.length));
    await expect
      .poll(async () => (await at.rest('GET', `/sessions/${session}`)).body.status, { timeout: 10_000 })
      .toBe('idle');
    expect((await runAll("print('back')")).at(-1)!.data.status).toBe('ok');
  });
});

it('a restart cancels what runs and clears the memory', async () => {
  await runAll('kept = 1');
  const busy = runAll('import time\ntime.sleep(30)');
  await new Promise((resolve) => setTimeout(resolve, 300));
  const restart = await at.rest('POST', `/sessions/${session}/restart`);
  expect(restart).toMatchObject({ status: 200, body: { id: session } });
  expect((await busy).at(-1)).toMatchObject({ event: 'final_response', data: { status: 'cancelled' } });
  expect((await runAll('kept')).at(-1)!.data.status).toBe('error');
});

it('a save on the branch reaches the worker within 2 s; a file that the kernel changed is left and reported', async () => {
  const path = 'data/shared.txt';
  const base = `/workspaces/${demo.workspaceId}/authoring-file`;
  await at.rest('POST', `${base}s`, { body: { path, content: 'one' } });
  const read = async () =>
    textOf(
      await runAll(
        "import os\nprint(open('../data/shared.txt').read() if os.path.exists('../data/shared.txt') else '')",
      ),
    ).trim();
  await expect.poll(read, { timeout: 2_000 }).toBe('one');
  await at.rest('PUT', base, { body: { path, content: 'two' } });
  await expect.poll(read, { timeout: 2_000 }).toBe('two');
  await runAll("open('../data/shared.txt', 'w').write('mine')");
  await at.rest('PUT', base, { body: { path, content: 'three' } });
  const conflicts = async () =>
    (await at.graphql('{ space(slug: "demo") { workers { nodes { fileConflicts } } } }')).data.space.workers
      .nodes[0].fileConflicts;
  await expect.poll(conflicts, { timeout: 2_000 }).toEqual([path]);
  expect(await read()).toBe('mine');
});

it('a native push to the branch reaches the worker within 2 s, though nobody watches it', async () => {
  const clone = await mkdtemp(join(tmpdir(), 'push-'));
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', clone, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args]);
  try {
    git('clone', '-q', join(at.dataDir, 'repositories', `${demo.repositoryId}.git`), '.');
    await writeFile(join(clone, 'pushed.txt'), 'from outside');
    git('add', '.');
    git('commit', '-qm', 'From outside');
    git('push', '-q');
  } finally {
    await rm(clone, { recursive: true });
  }
  const read = "import os\nprint(open('../pushed.txt').read() if os.path.exists('../pushed.txt') else '')";
  const pushed = async () => textOf(await runAll(read)).trim();
  await expect.poll(pushed, { timeout: 2_000 }).toBe('from outside');
});

it('a deleted session is 404, its log stays, and a stopped worker leaves no process', async () => {
  const other = (await openSession('other.ipynb')).body;
  const made = await run("print('kept')", {}, other.id);
  const id = made.headers.get('x-execution-id');
  await readEvents(made);
  for (const _ of [1, 2]) expect((await at.rest('DELETE', `/sessions/${other.id}`)).status).toBe(204);
  expect((await run('1', {}, other.id)).status).toBe(404);
  const kept = await stream(`/sessions/${other.id}/executions/${id}/stream`, {});
  expect(textOf(await readEvents(kept))).toBe('kept\n');

  const pid = Number(textOf(await runAll('import os\nprint(os.getpid())')));
  expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toContain('ipykernel');
  const worker = (await at.rest('GET', `/sessions/${session}`)).body.worker_id;
  for (const _ of [1, 2]) expect((await at.rest('DELETE', `/workers/${worker}`)).status).toBe(204);
  expect(() => readFileSync(`/proc/${pid}/cmdline`)).toThrow();
  expect((await at.rest('GET', `/workers/${worker}`)).body).toMatchObject({
    status: 'stopped',
    status_reason: 'requested',
  });
  expect((await at.rest('GET', '/workers')).body.total).toBe(0);
  expect((await at.rest('GET', '/workers?include_stopped=true')).body.total).toBeGreaterThan(0);
  const late = await run('1');
  expect(late.status).toBe(409);
  expect(await late.json()).toMatchObject({ code: 'worker_not_live' });
});
