import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import type { Topics } from '../../../src/engines/events/event-bus.js';
import { DurablePositions } from '../../../src/executions/durable-positions.js';
import { ExecutionLog } from '../../../src/executions/execution-log.js';
import { executionResult } from '../../../src/executions/execution-result.js';
import { LateOutput } from '../../../src/executions/late-output.js';
import { resumeLog } from '../../../src/executions/resume-log.js';
import { insertEnd } from '../../../src/executions/write-log.js';
import { makeUser } from '../../support/factories/make-user.js';
import type { TestGateway } from '../../support/gateway.js';
import { readEvents } from '../../support/sse.js';
import { openReplicas, openSession, type Replicas, type Watch, watch } from './replica-fixture.js';

const onServer = process.env.TEST_DB === 'postgres';
const eventFields = '{ type: __typename sequence late ... on StreamEvent { text } }';

describe.runIf(onServer)('a gateway that does not run the kernels', () => {
  let both: Replicas;
  let session: Awaited<ReturnType<typeof openSession>>;
  let signals: string;
  let open: Watch[] = [];
  beforeAll(async () => {
    both = await openReplicas({ expiryCheckMs: 200 });
    session = await openSession(both);
    // Nothing else is sure to be visible to the kernel.
    signals = join(both.owner.dataDir, 'workers', session.workerId, 'files');
  });
  afterEach(async () => {
    for (const one of open) one.leave();
    open = [];
    const { bus } = both.other.gateway.services;
    const topics = ['executionStatus', 'session', 'worker', 'workspace'] as const;
    await expect.poll(() => topics.some((topic) => bus.listenerCount(topic, '*') > 0)).toBe(false);
  });
  afterAll(async () => {
    await both.close();
  });

  /** A stream at the other gateway. @param topic resolves once that gateway listens to it */
  async function follow(selection: string, topic: keyof Topics, key = '*', token?: string) {
    const { bus } = both.other.gateway.services;
    const before = bus.listenerCount(topic, key);
    const stream = watch(both.other, selection, token);
    open.push(stream);
    await expect.poll(() => bus.listenerCount(topic, key)).toBeGreaterThan(before);
    return stream;
  }

  async function execute(code: string): Promise<string> {
    const mutation = `mutation ($code: String!, $id: ID!) {
      executeCell(spaceSlug: "demo", sessionId: $id, input: { code: $code }) { id } }`;
    const { data, errors } = await both.owner.graphql(mutation, { code, id: session.id });
    expect(errors).toBeUndefined();
    return data.executeCell.id;
  }

  const create = (at: TestGateway, path: string) =>
    at.rest('POST', `/workspaces/${demo.workspaceId}/authoring-files`, { body: { path, content: 'x' } });
  const signal = (name: string) => writeFile(join(signals, name), '');
  /** Python that waits until the test has given a signal. */
  const untilSignal = (name: string) =>
    `while not os.path.exists(${JSON.stringify(join(signals, name))}): time.sleep(0.01)`;
  const textOf = ({ values }: Watch) => values.map(({ text }) => text ?? '').join('');
  const cutEvents = async () => {
    const client = new pg.Client({ connectionString: both.databaseUrl });
    await client.connect();
    await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'notebook-gateway-events' AND datname = current_database()`,
    );
    await client.end();
  };

  it('shows a run while it goes on, each event once and in order, its late output, and its end', async () => {
    const id = await execute(`
import os, threading, time
print('first', flush=True)
${untilSignal('go on')}
for i in range(200): print(i, flush=True)
def later():
    ${untilSignal('late')}
    print('late', flush=True)
threading.Thread(target=later).start()`);
    const late = await follow(
      `executionEvents(executionId: "${id}", includeLate: true) ${eventFields}`,
      'execution',
      id,
    );
    const stream = await follow(`executionEvents(executionId: "${id}") ${eventFields}`, 'execution', id);
    await expect.poll(() => textOf(stream)).toBe('first\n');
    const from = performance.now();
    await signal('go on');
    await stream.ended;
    // Well below the time after which a log is read again without an event.
    expect(performance.now() - from).toBeLessThan(8_000);
    const numbers = Array.from({ length: 200 }, (_, i) => `${i}\n`).join('');
    expect(textOf(stream)).toBe(`first\n${numbers}`);
    expect(stream.values.map(({ sequence }) => sequence)).toEqual(stream.values.map((_, i) => i + 1));
    expect(stream.values.at(-1).type).toBe('FinalResponse');

    const resumed = await fetch(
      `${both.other.url}/api/v1.0/engagement/spaces/demo/notebooks/sessions/${session.id}/executions/${id}/stream`,
      { headers: { authorization: `Bearer ${both.other.token}`, 'last-event-id': '2' } },
    );
    const events = await readEvents(resumed);
    expect(events.map((event) => Number(event.id))).toEqual(
      stream.values.slice(2).map(({ sequence }) => sequence),
    );

    await signal('late');
    // Python may send the text and its line end one after the other.
    const textAfter = () => textOf({ ...late, values: late.values.slice(stream.values.length) });
    await expect.poll(textAfter, { timeout: 10_000 }).toBe('late\n');
    expect(late.values.slice(stream.values.length).every((event) => event.late)).toBe(true);
    expect(late.values.slice(0, stream.values.length)).toEqual(stream.values);
  }, 60_000);

  it('takes a log over whole that it has followed, though it was not notified of its last entry', async () => {
    // One write, as `print` may send the text and its line end one after the other.
    const code = `import os, sys, time\nsys.stdout.write('first\\n')\nsys.stdout.flush()\n${untilSignal('taken over')}`;
    const id = await execute(code);
    const { prisma, bus } = both.other.gateway.services;
    const log = new ExecutionLog({ prisma, bus, log: pino({ level: 'silent' }), epoch: () => 0 });
    const entries = log.follow(id, 0);
    let last = 0;
    for (let type = ''; type !== 'stream'; ) {
      const { value } = await entries.next();
      ({
        sequence: last,
        event: { type },
      } = value);
    }
    // It reads on, and finds nothing.
    const next = entries.next();
    const key = { executionId: id, sequence: last + 1 };
    try {
      await sleep(100);
      const data = JSON.stringify({ name: 'stdout', text: 'second\n' });
      await prisma.executionEvent.create({ data: { ...key, type: 'stream', data } });
      const whole = [{ name: 'stdout', text: 'first\nsecond\n' }];
      const { collector } = await resumeLog(log, id, undefined);
      expect(collector.outputs).toMatchObject(whole);
      expect((await executionResult({ executionLog: log }, { id })).outputs).toMatchObject(whole);
    } finally {
      await prisma.executionEvent.deleteMany({ where: key });
      await signal('taken over');
      await entries.return?.();
      await next;
    }
  });

  it('acknowledges nothing of a run whose end it could not write, as another gateway goes on with it', async () => {
    const id = await execute(`import os, time\n${untilSignal('acknowledged')}`);
    const { prisma, bus } = both.other.gateway.services;
    const log = pino({ level: 'silent' });
    const executionLog = new ExecutionLog({ prisma, bus, log, epoch: () => 0 });
    const acknowledged: number[] = [];
    const positions = new DurablePositions((position) => acknowledged.push(position));
    const late = new LateOutput({
      ...{ prisma, executionLog, log, positions, sessionId: session.id, endWritten: async () => {} },
    });
    late.add(id, { type: 'stream', name: 'stdout', text: 'lost\n' }, 7);
    await late.close();
    expect(acknowledged).toEqual([]);
    await signal('acknowledged');
  });

  it('gets one end, behind entries that its writer does not know', async () => {
    const id = await execute(`import os, time\nprint('first', flush=True)\n${untilSignal('ended')}`);
    const stream = await follow(`executionEvents(executionId: "${id}") ${eventFields}`, 'execution', id);
    await expect.poll(() => textOf(stream)).toBe('first\n');
    const { prisma } = both.other.gateway.services;
    const { runtimeEpoch } = await prisma.installation.findFirstOrThrow();
    const target = { prisma, epoch: () => runtimeEpoch };
    const event = {
      type: 'failure',
      detail: 'It is gone.',
      status_code: 503,
      code: 'worker_lost',
      retryable: false,
    } as const;
    for (const status of ['failed', 'cancelled'] as const)
      await insertEnd(target, id, { sequence: 2, event }, { status, finishedAt: new Date() });
    const events = await prisma.executionEvent.findMany({
      where: { executionId: id },
      orderBy: { sequence: 'asc' },
    });
    expect(events.filter(({ type }) => type === 'failure')).toEqual([events.at(-1)]);
    expect(await prisma.execution.findUnique({ where: { id } })).toMatchObject({ status: 'failed' });
    await signal('ended');
  });

  it('shows the events of a space with the same numbers, also of a change that nobody published', async () => {
    const selection = `spaceEvents(spaceSlug: "demo", heartbeatSeconds: 300) {
      cursor type createdAt ... on SpaceExecutionEvent { executionId executionStatus } }`;
    const streams = [both.owner, both.other].map((at) => watch(at, selection));
    open.push(...streams);
    await expect.poll(() => streams.every(({ values }) => values.length > 0)).toBe(true);
    const begun = Math.max(...streams.map(({ values }) => Number(values[0].cursor)));
    const id = await execute('1');
    const statusesOf = ({ values }: Watch) =>
      values.filter(({ executionId }) => executionId === id).map(({ executionStatus }) => executionStatus);
    for (const stream of streams)
      await expect.poll(() => statusesOf(stream)).toEqual(['queued', 'running', 'ok']);
    const { repositoryMaintenance } = both.owner.gateway.services.prisma;
    await repositoryMaintenance.deleteMany();
    await repositoryMaintenance.create({
      data: { repositoryId: demo.repositoryId, status: 'running', percent: 7 },
    });
    // Others may follow: what a worker did last is noted some time after it.
    const untilMaintenance = ({ values }: Watch) => {
      const events = values.filter(({ type, cursor }) => type !== 'heartbeat' && Number(cursor) > begun);
      return events.slice(0, events.findIndex(({ type }) => type === 'maintenance') + 1);
    };
    for (const stream of streams) await expect.poll(() => untilMaintenance(stream)).not.toEqual([]);
    expect(untilMaintenance(streams[1]!)).toEqual(untilMaintenance(streams[0]!));
  }, 60_000);

  it('shows all of a run although the connection for events breaks meanwhile', async () => {
    const id = await execute(`
import os, time
for i in range(150):
    print(i, flush=True)
    time.sleep(0.01)`);
    const stream = await follow(`executionEvents(executionId: "${id}") ${eventFields}`, 'execution', id);
    await expect.poll(() => textOf(stream).length).toBeGreaterThan(0);
    await cutEvents();
    await stream.ended;
    expect(textOf(stream)).toBe(Array.from({ length: 150 }, (_, i) => `${i}\n`).join(''));
    expect(stream.values.map(({ sequence }) => sequence)).toEqual(stream.values.map((_, i) => i + 1));
  }, 60_000);

  it('shows the changes of executions, sessions, workers and workspaces', async () => {
    const executions = await follow('executionsChanged(spaceSlug: "demo") { id status }', 'executionStatus');
    const sessions = await follow(
      `sessionChanged(spaceSlug: "demo", sessionId: "${session.id}") { status }`,
      'session',
    );
    const workers = await follow(
      `workerChanged(spaceSlug: "demo", workerId: "${session.workerId}") { status }`,
      'worker',
    );
    const workspaces = await follow(
      'workspaceChanged(spaceSlug: "demo") { change workspace { name } }',
      'workspace',
    );
    const id = await execute(`
import os, time
${untilSignal('seen')}`);
    const name = `Renamed at ${Date.now()}`;
    await both.owner.rest('PATCH', `/workspaces/${demo.workspaceId}`, { body: { name } });
    await expect.poll(() => sessions.values).toContainEqual({ status: 'busy' });
    await expect.poll(() => workers.values).toContainEqual({ status: 'busy' });
    await expect.poll(() => workspaces.values).toContainEqual({ change: 'updated', workspace: { name } });
    await signal('seen');
    await expect.poll(() => executions.values).toContainEqual({ id, status: 'ok' });
    expect(executions.values.filter((change) => change.id === id && change.status === 'ok')).toHaveLength(1);
  }, 60_000);

  it('shows what changed while the connection for events was broken', async () => {
    const workspaces = await follow(
      'workspaceChanged(spaceSlug: "demo") { workspace { name } }',
      'workspace',
    );
    const workers = await follow('workerChanged(spaceSlug: "demo") { id }', 'worker');
    const name = `Renamed unheard at ${Date.now()}`;
    // No event says so.
    await both.owner.gateway.services.prisma.workspace.update({
      where: { id: demo.workspaceId },
      data: { name },
    });
    await sleep(100);
    expect(workspaces.values).toEqual([]);
    await cutEvents();
    await expect.poll(() => workspaces.values).toContainEqual({ workspace: { name } });
    await expect.poll(() => workers.values).toContainEqual({ id: session.workerId });
  });

  it('shows a commit of the other, once', async () => {
    const files = await follow(
      `fileChanged(spaceSlug: "demo", workspaceId: "${demo.workspaceId}") { path change }`,
      'commit',
      demo.repositoryId,
    );
    for (const path of ['one.txt', 'two.txt']) await create(both.owner, path);
    await expect.poll(() => files.values.length).toBe(2);
    expect(files.values).toEqual([
      { path: 'one.txt', change: 'created' },
      { path: 'two.txt', change: 'created' },
    ]);
  });

  it('brings its commits into the folders of the workers of the other within 2 s', async () => {
    await create(both.other, 'from-the-other.txt');
    const from = performance.now();
    await expect.poll(() => existsSync(join(signals, 'from-the-other.txt')), { interval: 10 }).toBe(true);
    expect(performance.now() - from).toBeLessThan(2_000);
  });

  it('refuses a token that the other revoked, immediately and in the streams that are open', async () => {
    const { id: userId, token } = await makeUser(both.owner, { role: 'viewer' });
    const stream = await follow('workspaceChanged(spaceSlug: "demo") { change }', 'workspace', '*', token);
    const { id } = await both.owner.gateway.services.prisma.apiToken.findFirstOrThrow({ where: { userId } });
    expect((await both.other.rest('GET', '/workspaces', { token })).status).toBe(200);
    const revoke = 'mutation ($id: ID!) { revokeApiToken(id: $id) { id } }';
    expect((await both.owner.graphql(revoke, { id })).errors).toBeUndefined();
    expect((await both.other.rest('GET', '/workspaces', { token })).status).toBe(401);
    await stream.ended;
    expect(stream.values.at(-1).errors[0].extensions.code).toBe('unauthenticated');
  });

  it('keeps a kernel that is idle while its session is watched there, and no longer', async () => {
    const { prisma, workers } = both.owner.gateway.services;
    const limits = workers.limits as { kernelIdleMinutes: number };
    const row = () => prisma.session.findUniqueOrThrow({ where: { id: session.id } });
    const viewer = await follow(
      `sessionChanged(spaceSlug: "demo", sessionId: "${session.id}") { id }`,
      'session',
    );
    // The owner hears of a viewer after a second.
    const heard = new Promise((resolve) =>
      both.owner.gateway.services.bus.subscribe('viewers', session.id, resolve),
    );
    await heard;
    const idleMs = 2_000;
    await prisma.session.update({ where: { id: session.id }, data: { lastActivityAt: new Date() } });
    limits.kernelIdleMinutes = idleMs / 60_000;
    await sleep(2 * idleMs);
    expect((await row()).status).toBe('idle');
    viewer.leave();
    await expect
      .poll(row, { timeout: 4 * idleMs })
      .toMatchObject({ status: 'dead', statusReason: 'idle_timeout' });
    limits.kernelIdleMinutes = 0;
  }, 60_000);
});
