import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import {
  at,
  openSession,
  run,
  runAll,
  session,
  setUpKernels,
  stream,
  textOf,
} from '../api/execute/kernel-fixture.js';
import { makeUser } from '../support/factories/make-user.js';
import { makeWorkspace } from '../support/factories/make-workspace.js';
import { readEvents, type SentEvent } from '../support/sse.js';

setUpKernels();

const uuid = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
const readSession = async (id = session) => (await at.rest('GET', `/sessions/${id}`)).body;

describe('a worker and a session', () => {
  it('have the fields of the contract', async () => {
    const mine = await readSession();
    const { id: user_id } = (await at.graphql('{ me { id } }')).data.me;
    const profile = { kernel_name: 'python3', kernel_profile_id: 'python3' };
    expect(mine).toMatchObject({
      ...{ id: session, workspace_id: demo.workspaceId, worker_id: uuid, branch: 'main' },
      ...{ path: 'notebooks/welcome.ipynb', ...profile, status: 'idle', execution_count: 0 },
      ...{ created_at: time, last_activity_at: time },
    });
    const worker = (await at.rest('GET', `/workers/${mine.worker_id}`)).body;
    expect(worker).toMatchObject({
      ...{ id: mine.worker_id, workspace_id: demo.workspaceId, user_id, repository_id: demo.repositoryId },
      ...{ repository_kind: 'analysis', branch: 'main', backend: 'external', status: 'ready', ...profile },
      ...{ status_reason: null, error_detail: null, resource_class_id: 'standard' },
      ...{ progress: { percent: 100, message: expect.any(String) } },
      ...{ created_at: time, started_at: time, stopped_at: null },
    });
    expect(worker).toHaveProperty('path');
    expect(worker).toHaveProperty('last_activity_at');
  });

  it('keep the resource class as it was when the worker was started', async () => {
    const change =
      'mutation($name: String!) { updateResourceClass(id: "standard", input: { name: $name }) { id } }';
    const workerOf = async () => (await at.rest('GET', `/workers/${(await readSession()).worker_id}`)).body;
    const { resource_class } = await workerOf();
    expect(resource_class).toMatchObject({ id: 'standard', name: 'Standard', cpu_limit: 2, memory_mb: 4096 });
    expect((await at.graphql(change, { name: 'Renamed' })).errors).toBeUndefined();
    expect((await at.rest('GET', '/worker-resource-classes')).body.items[0].name).toBe('Renamed');
    expect((await workerOf()).resource_class).toEqual(resource_class);
    await at.graphql(change, { name: 'Standard' });
  });
});

describe('a new session', () => {
  it('uses the worker that it names, or the live one of its user for the same workspace', async () => {
    const { worker_id } = await readSession();
    const named = await openSession('named.ipynb', { worker_id });
    expect([named.status, named.body.status, named.body.worker_id]).toEqual([201, 'idle', worker_id]);
    const found = await openSession('found.ipynb');
    expect([found.status, found.body.worker_id]).toEqual([201, worker_id]);
    const again = await openSession('named.ipynb', { worker_id });
    expect([again.status, again.body.id]).toEqual([200, named.body.id]);
    for (const { id } of [named.body, found.body])
      expect((await at.rest('DELETE', `/sessions/${id}`)).status).toBe(204);
  });

  it('starts a worker where its user has none there, which others do not share', async () => {
    const { id: workspace_id } = await makeWorkspace(at, { visibility: 'space' });
    const { token } = await makeUser(at, { role: 'editor' });
    const body = { workspace_id };
    const mine = await at.rest('POST', '/sessions', { body });
    const theirs = await at.rest('POST', '/sessions', { body, token });
    expect([mine.status, theirs.status]).toEqual([201, 201]);
    const workers = [(await readSession()).worker_id, mine.body.worker_id, theirs.body.worker_id];
    expect(new Set(workers).size).toBe(3);
    const foreign = { ...body, worker_id: mine.body.worker_id };
    expect((await at.rest('POST', '/sessions', { body: foreign, token })).status).toBe(403);
    for (const id of workers.slice(1)) expect((await at.rest('DELETE', `/workers/${id}`)).status).toBe(204);
  });
});

describe('a deleted session', () => {
  it('is a 404 for everything but its deletion and its logs', async () => {
    const { id } = (await openSession('deleted.ipynb')).body;
    const response = await run("print('kept')", {}, id);
    const execution = response.headers.get('x-execution-id');
    await readEvents(response);
    expect((await at.rest('DELETE', `/sessions/${id}`)).status).toBe(204);
    const bodies: [route: string, body?: object][] = [
      ['GET '],
      ['GET /executions'],
      ['POST /interrupt'],
      ['POST /restart'],
      ['POST /execute/stream', { code: '1' }],
      ['POST /execute/batch', { cells: [{ code: '1' }] }],
      ['POST /comms', { type: 'comm_msg', comm_id: 'one' }],
      ['POST /complete', { code: '1' }],
      ['POST /inspect', { code: '1' }],
    ];
    const answers: string[] = [];
    for (const [route, body] of bodies) {
      const [method, path] = route.split(' ') as [string, string];
      const answer = await at.rest(method, `/sessions/${id}${path}`, { body });
      answers.push(`${route} ${answer.status} ${answer.body.code}`);
    }
    expect(answers).toEqual(bodies.map(([route]) => `${route} 404 not_found`));
    expect((await at.rest('DELETE', `/sessions/${id}`)).status).toBe(204);
    const log = await readEvents(await stream(`/sessions/${id}/executions/${execution}/stream`, {}));
    expect(textOf(log)).toBe('kept\n');
    const listed = (await at.rest('GET', '/sessions')).body.items;
    expect(listed.map((one: { id: string }) => one.id)).not.toContain(id);
  });
});

describe('an execution', () => {
  it('is followed from Last-Event-ID where its execution_id is sent again', async () => {
    const body = { code: 'for i in range(3): print(i, flush=True)', execution_id: randomUUID() };
    const path = `/sessions/${session}/execute/stream`;
    const whole = await readEvents(await stream(path, { body }));
    expect(whole.length).toBeGreaterThan(3);
    const headers = { 'last-event-id': whole[1]!.id! };
    expect(await readEvents(await stream(path, { body, headers }))).toEqual(whole.slice(2));
  });

  it('of another user is a 409, however equal the request is', async () => {
    const body = { code: "'mine'", execution_id: randomUUID() };
    const path = `/sessions/${session}/execute/stream`;
    await readEvents(await stream(path, { body }));
    const { token } = await makeUser(at, { role: 'admin' });
    const other = await stream(path, { body, token });
    expect([other.status, ((await other.json()) as any).code]).toEqual([409, 'execution_id_reused']);
  });

  it('runs in the order in which it came, whoever sent it', async () => {
    const { token } = await makeUser(at, { role: 'admin' });
    const slow = runAll('import time\norder = []\ntime.sleep(1)');
    await expect.poll(async () => (await readSession()).status).toBe('busy');
    const queued: Promise<SentEvent[]>[] = [];
    for (let i = 0; i < 6; i++) {
      const body = { code: `order.append(${i})` };
      const init = i % 2 === 0 ? { body } : { body, token };
      // Its headers come when it is queued.
      queued.push(readEvents(await stream(`/sessions/${session}/execute/stream`, init)));
    }
    await Promise.all([slow, ...queued]);
    expect(textOf(await runAll('print(order)'))).toBe('[0, 1, 2, 3, 4, 5]\n');
  });

  it('that fails aborts what its user has queued behind it, and not what others have', async () => {
    const { token } = await makeUser(at, { role: 'admin' });
    const path = `/sessions/${session}/execute/stream`;
    const failing = runAll('import time\ntime.sleep(1)\n1 / 0');
    await expect.poll(async () => (await readSession()).status).toBe('busy');
    const mine = readEvents(await run("print('never')"));
    const theirs = readEvents(await stream(path, { body: { code: "print('on')" }, token }));
    const ends = (await Promise.all([failing, mine, theirs])).map((events) => events.at(-1)!.data.status);
    expect(ends).toEqual(['error', 'aborted', 'ok']);
    expect(textOf(await theirs)).toBe('on\n');
  });

  it('that fails aborts nothing with stop_on_error: false', async () => {
    const failing = runAll('import time\ntime.sleep(1)\n1 / 0', { stop_on_error: false });
    await expect.poll(async () => (await readSession()).status).toBe('busy');
    const behind = readEvents(await run("print('on')"));
    expect((await failing).at(-1)!.data.status).toBe('error');
    expect(textOf(await behind)).toBe('on\n');
  });
});

describe('the stream of a run', () => {
  it('has each type of event with the fields of Jupyter, and one last event', async () => {
    const code = [
      'import sys',
      'from IPython.display import clear_output, display',
      "print('out')",
      "print('err', file=sys.stderr)",
      "shown = display({'text/plain': 'one'}, raw=True, display_id='shown')",
      "shown.update({'text/plain': 'two'}, raw=True)",
      'clear_output(wait=True)',
      '1 / 0',
    ].join('\n');
    const events = await runAll(code, { cell_index: 7 });
    const data = events.map((event) => event.data);
    expect(data).toMatchObject([
      { type: 'status', execution_state: 'queued' },
      { type: 'status', execution_state: 'busy' },
      { type: 'execute_input', code, execution_count: expect.any(Number) },
      { type: 'stream', name: 'stdout', text: 'out\n' },
      { type: 'stream', name: 'stderr', text: 'err\n' },
      { type: 'display_data', data: { 'text/plain': 'one' }, transient: { display_id: 'shown' } },
      { type: 'update_display_data', data: { 'text/plain': 'two' }, transient: { display_id: 'shown' } },
      { type: 'clear_output', wait: true },
      { type: 'error', ename: 'ZeroDivisionError', evalue: 'division by zero', traceback: expect.any(Array) },
      { type: 'status', execution_state: 'idle' },
      { status: 'error', cell_index: 7 },
    ]);
    const last = events.length - 1;
    expect(events.map(({ event }) => event)).toEqual([
      ...Array(last).fill('notebook_event'),
      'final_response',
    ]);
  });

  it('ends with the event error, and its fields, where the kernel has died', async () => {
    const response = await run('import os\nos._exit(1)');
    const execution_id = response.headers.get('x-execution-id');
    const events = await readEvents(response);
    const { event, id, data } = events.at(-1)!;
    expect([event, id]).toEqual(['error', String(events.length)]);
    expect(data).toMatchObject({
      ...{ execution_id, session_id: session, sequence: events.length, detail: expect.any(String) },
      ...{ status_code: 503, code: 'kernel_died', retryable: false },
    });
    const ends = events.filter((one) => one.event !== 'notebook_event');
    expect(ends).toHaveLength(1);
    await expect.poll(async () => (await readSession()).status).toBe('idle');
  });

  it('is a plain answer with its status where the run does not begin', async () => {
    const path = `/sessions/${session}/execute/stream`;
    for (const [body, to, status, code] of [
      [{ code: 1 }, path, 400, 'invalid_request'],
      [{ code: '1' }, `/sessions/${randomUUID()}/execute/stream`, 404, 'not_found'],
    ] as const) {
      const answer = await stream(to, { body });
      expect(answer.status).toBe(status);
      expect(answer.headers.get('content-type')).toContain('application/json');
      expect(await answer.json()).toMatchObject({ code });
    }
  });
});
