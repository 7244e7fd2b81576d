import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { makeRuntime } from '../../support/factories/make-runtime.js';
import { makeSpace } from '../../support/factories/make-space.js';
import { makeUser } from '../../support/factories/make-user.js';
import { makeWorkspace } from '../../support/factories/make-workspace.js';
import {
  at,
  executions,
  listeners,
  listening,
  open,
  services,
  sessions,
  setUpStreams,
  until,
  workers,
} from './subscription-fixture.js';

setUpStreams();

describe('workerChanged, sessionChanged and executionsChanged', () => {
  it('send the whole life of a worker, a session and an execution', async () => {
    const watched = [workers, sessions, executions].map((query) => open(query, {}, at.token));
    await until(() => listeners() === 2 && services().bus.listenerCount('worker', '*') === 1);
    const last = (index: number, field: string) => watched[index]!.results.at(-1)?.data[field];
    const made = await at.rest('POST', '/sessions', { body: { workspace_id: demo.workspaceId } });
    expect(made.status).toBe(201);
    await until(() => last(1, 'sessionChanged')?.status === 'idle');
    expect(last(0, 'workerChanged')).toMatchObject({ id: made.body.worker_id, status: 'ready' });
    expect(watched[0]!.results[0].data.workerChanged.status).toBe('starting');
    // Long enough to be reported before it ends.
    const code = 'import time; time.sleep(1)';
    const run = await at.graphql(
      `mutation { executeCell(spaceSlug: "demo", sessionId: "${made.body.id}", input: {code: "${code}"}) { id } }`,
    );
    const { id } = run.data.executeCell;
    await until(() => last(2, 'executionsChanged')?.status === 'ok');
    const events = watched[2]!.results.map(({ data }) => data.executionsChanged);
    expect(events[0]).toMatchObject({ id, session: made.body.id, code });
    // A status that is over before it is read is left out, and none is sent twice.
    const statuses = events.map(({ status }) => status);
    expect(['queued,running,ok', 'running,ok']).toContain(statuses.join());
    await until(() => last(1, 'sessionChanged')?.count === 1);
    await at.rest('DELETE', `/sessions/${made.body.id}`);
    await until(() => last(1, 'sessionChanged')?.status === 'dead');
    await at.rest('DELETE', `/workers/${made.body.worker_id}`);
    await until(() => last(0, 'workerChanged')?.status === 'stopped');
  });

  it('send events to members who can view the workspace only', async () => {
    const owner = await makeUser(at, { role: 'editor' });
    const viewer = await makeUser(at, { role: 'viewer' });
    const secret = await makeRuntime(at, {
      workspaceId: (await makeWorkspace(at, { visibility: 'private', token: owner.token })).id,
      userId: owner.id,
    });
    const shown = await makeRuntime(at, {
      workspaceId: (await makeWorkspace(at, { visibility: 'space', token: owner.token })).id,
      userId: owner.id,
    });
    const { bus, prisma } = services();
    for (const [query, field, topic, kind, change] of [
      [
        workers,
        'workerChanged',
        'worker',
        'worker',
        (id: string) => prisma.worker.update({ where: { id }, data: { progressPercent: 7 } }),
      ],
      [
        sessions,
        'sessionChanged',
        'session',
        'session',
        (id: string) => prisma.session.update({ where: { id }, data: { status: 'busy' } }),
      ],
      [
        executions,
        'executionsChanged',
        'executionStatus',
        'execution',
        (id: string) => prisma.execution.update({ where: { id }, data: { status: 'running' } }),
      ],
    ] as const) {
      const before = bus.listenerCount(topic, '*');
      const theirs = open(query, {}, owner.token);
      const mine = open(query, {}, viewer.token);
      await until(() => bus.listenerCount(topic, '*') === before + 2);
      for (const runtime of [secret, shown]) {
        const { id } = runtime[kind];
        await change(id);
        bus.publish(topic, id, { workerId: id, sessionId: id, executionId: id } as never);
      }
      await until(() => theirs.results.length === 2 && mine.results.length === 1);
      await sleep(100);
      expect(mine.results.map(({ data }) => data[field].id)).toEqual([shown[kind].id]);
      expect(theirs.results.map(({ data }) => data[field].id)).toEqual([secret[kind].id, shown[kind].id]);
      mine.leave();
      theirs.leave();
      await until(() => bus.listenerCount(topic, '*') === before);
    }
  });

  it('send each status of an execution once, also when several events find the same one', async () => {
    const { bus, prisma } = services();
    const owner = await makeUser(at, { role: 'editor' });
    const workspace = await makeWorkspace(at, { visibility: 'space', token: owner.token });
    const { execution } = await makeRuntime(at, { workspaceId: workspace.id, userId: owner.id });
    const { id } = execution;
    const before = bus.listenerCount('executionStatus', '*');
    const stream = open(executions, {}, owner.token);
    await until(() => bus.listenerCount('executionStatus', '*') === before + 1);
    const statuses = ['running', 'running', 'ok', 'ok'] as const;
    for (const [index, status] of statuses.entries()) {
      await prisma.execution.update({ where: { id }, data: { status } });
      bus.publish('executionStatus', id, { executionId: id });
      await until(() => stream.results.length >= (index < 2 ? 1 : 2));
      await sleep(100);
    }
    const sent = stream.results.map(({ data }) => data.executionsChanged);
    expect(sent.map((one) => one.status)).toEqual(['running', 'ok']);
    stream.leave();
  });

  it('can be limited to one resource, and refuse one of another space like an unknown one', async () => {
    const owner = await makeUser(at, { role: 'editor' });
    const one = await makeRuntime(at, {
      workspaceId: (await makeWorkspace(at, { visibility: 'space', token: owner.token })).id,
      userId: owner.id,
    });
    const two = await makeRuntime(at, { workspaceId: one.worker.workspaceId, userId: owner.id });
    const stream = await listening(sessions, { id: two.session.id.toUpperCase() });
    for (const { session } of [one, two])
      services().bus.publish('session', session.id, { sessionId: session.id });
    await until(() => stream.results.length === 1);
    await sleep(100);
    expect(stream.results).toMatchObject([{ data: { sessionChanged: { id: two.session.id } } }]);

    const elsewhere = await makeSpace(at);
    // A row, because the mutation accepts members as owners only.
    const foreign = await services().prisma.workspace.create({
      data: {
        spaceId: elsewhere.id,
        name: 'Foreign',
        defaultRepositoryId: demo.repositoryId,
        defaultBranch: 'main',
        ownerUserId: owner.id,
      },
    });
    const { session } = await makeRuntime(at, { workspaceId: foreign.id, userId: owner.id });
    const errors = [];
    for (const id of [session.id, '00000000-0000-4000-8000-0000000000ff']) {
      const refused = open(sessions, { id }, owner.token);
      await refused.ended;
      const { message, extensions } = refused.results[0].errors[0];
      errors.push({ message, code: extensions.code });
    }
    expect(errors[0]).toEqual({ message: 'The session was not found.', code: 'not_found' });
    expect(errors[1]).toEqual(errors[0]);
  });
});
