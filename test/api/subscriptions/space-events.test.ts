import { describe, expect, it } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { LocalLeases } from '../../../src/engines/database/local-leases.js';
import { encode } from '../../../src/executions/event-codec.js';
import type { ExecutionEvent } from '../../../src/executions/execution-event.js';
import { numberEvents } from '../../../src/space-events/number-events.js';
import { readEvents } from '../../../src/space-events/read-events.js';
import { SpaceEventRetention } from '../../../src/space-events/space-event-retention.js';
import { testDatabaseKind } from '../../support/database.js';
import { makeRuntime } from '../../support/factories/make-runtime.js';
import { makeSpace } from '../../support/factories/make-space.js';
import { makeUser } from '../../support/factories/make-user.js';
import { makeWorkspace } from '../../support/factories/make-workspace.js';
import { at, open, type Stream, services, setUpStreams, until } from './subscription-fixture.js';

setUpStreams();

const query = `subscription ($space: String!, $after: String, $heartbeat: Int) {
  spaceEvents(spaceSlug: $space, after: $after, heartbeatSeconds: $heartbeat) {
    __typename cursor type createdAt
    ... on SpaceWorkspaceEvent { workspaceId change }
    ... on SpaceFilesEvent { repositoryId branch commitSha previousCommitSha paths }
    ... on SpaceWorkerEvent { workerId workspaceId workerStatus progressPercent expiresAt }
    ... on SpaceSessionEvent { sessionId sessionStatus }
    ... on SpaceExecutionEvent { executionId sessionId executionStatus executionCount error { name message } }
    ... on SpaceNotebookRunEvent { runId runStatus }
    ... on SpaceMaintenanceEvent { repositoryId maintenanceStatus }
    ... on SpaceRemoteEvent { repositoryId syncStatus lastSyncedAt }
  }
}`;

/** Follows a space after a cursor, or else from now on: resolved when the stream has begun. */
async function follow(
  { space = demo.slug, after, heartbeat }: { space?: string; after?: string; heartbeat?: number } = {},
  token = at.token,
): Promise<Stream> {
  if (after !== undefined) return open(query, { space, after, heartbeat }, token);
  const stream = open(query, { space, heartbeat: heartbeat ?? 300 }, token);
  await until(() => stream.results.length > 0);
  if (heartbeat === undefined) stream.results.shift();
  return stream;
}
const itemsOf = ({ results }: Stream): any[] => results.map(({ data }) => data?.spaceEvents);
const ofType = (stream: Stream, type: string): any[] => itemsOf(stream).filter((item) => item.type === type);

/** A space of its own, in which nothing else happens. */
async function makeQuietSpace() {
  const { slug } = await makeSpace(at);
  const { id } = await services().prisma.space.findUniqueOrThrow({ where: { slug } });
  return { slug, id };
}

const record = (spaceId: string, count = 1) =>
  services().prisma.spaceEvent.createMany({
    data: Array.from({ length: count }, (_, percent) => ({
      ...{
        spaceId,
        kind: 'maintenance' as const,
        repositoryId: demo.repositoryId,
        subjectId: demo.repositoryId,
      },
      data: { status: 'running', step: 'pack', percent: percent % 100, lastError: null },
    })),
  });

describe('spaceEvents', () => {
  it('sends everything that happens in a space once and in order, with the exception of a cell', async () => {
    const stream = await follow();
    const { prisma } = services();
    const made = await at.rest('POST', '/sessions', { body: { workspace_id: demo.workspaceId } });
    expect(made.status).toBe(201);
    await until(() => ofType(stream, 'session').at(-1)?.sessionStatus === 'idle', 20_000);
    const run = await at.graphql(
      `mutation { executeCell(spaceSlug: "demo", sessionId: "${made.body.id}", input: {code: "1/0"}) { id } }`,
    );
    const { id } = run.data.executeCell;
    await until(() => ofType(stream, 'execution').at(-1)?.executionStatus === 'error', 20_000);
    expect(ofType(stream, 'execution')).toMatchObject([
      { executionId: id, sessionId: made.body.id, executionStatus: 'queued', error: null },
      { executionId: id, executionStatus: 'running', error: null },
      {
        executionId: id,
        executionStatus: 'error',
        error: { name: 'ZeroDivisionError', message: 'division by zero' },
      },
    ]);
    const saved = await at.rest('POST', `/workspaces/${demo.workspaceId}/authoring-files`, {
      body: { path: 'seen.txt', content: 'x' },
    });
    expect(saved.status).toBe(201);
    const workspace = await makeWorkspace(at);
    const where = { repositoryId: demo.repositoryId };
    await prisma.repositoryMaintenance.upsert({
      where,
      create: { ...where, status: 'queued' },
      update: { status: 'queued' },
    });
    await prisma.repositoryRemote.create({ data: { ...where, url: 'https://example.com/r.git' } });
    await prisma.repositoryRemote.delete({ where });
    await at.rest('DELETE', `/workers/${made.body.worker_id}`);
    await until(() => ofType(stream, 'worker').at(-1)?.workerStatus === 'stopped', 20_000);
    expect(ofType(stream, 'worker')[0]).toMatchObject({
      ...{ __typename: 'SpaceWorkerEvent', workspaceId: demo.workspaceId, workerStatus: 'starting' },
    });
    // The sessions end behind their worker.
    await until(() => ofType(stream, 'session').at(-1).sessionStatus === 'dead');
    expect(ofType(stream, 'files').at(-1)).toMatchObject({ branch: 'main', paths: ['seen.txt'] });
    expect(ofType(stream, 'workspace')).toMatchObject([{ workspaceId: workspace.id, change: 'created' }]);
    expect(ofType(stream, 'maintenance').at(0)).toMatchObject({ maintenanceStatus: 'queued' });
    expect(ofType(stream, 'remote').map(({ syncStatus }) => syncStatus)).toEqual(['pending', null]);
    // An admin of the space sees all of it, so nothing is missing between two numbers.
    const cursors = itemsOf(stream).map(({ cursor }) => Number(cursor));
    expect(cursors).toEqual(cursors.map((_, index) => cursors[0]! + index));
  }, 90_000);

  it('shows each value whose change is an event, and has none for other values', async () => {
    const { prisma } = services();
    const { id: userId } = await makeUser(at, { role: 'editor' });
    const { worker } = await makeRuntime(at, { workspaceId: demo.workspaceId, userId });
    const stream = await follow();
    const time = '2030-01-31T12:00:00.250Z';
    await prisma.worker.update({ where: { id: worker.id }, data: { expiresAt: time } });
    await until(() => ofType(stream, 'worker').length === 1);
    expect(ofType(stream, 'worker')).toMatchObject([{ workerId: worker.id, expiresAt: time }]);
    const where = { repositoryId: demo.repositoryId };
    await prisma.repositoryRemote.create({ data: { ...where, url: 'https://example.com/r.git' } });
    await prisma.repositoryRemote.update({ where, data: { revision: 2, conflicts: [{ branch: 'a' }] } });
    await prisma.repositoryRemote.update({ where, data: { lastSyncedAt: time } });
    await prisma.repositoryRemote.delete({ where });
    await until(() => ofType(stream, 'remote').at(-1)?.syncStatus === null);
    expect(ofType(stream, 'remote').map(({ lastSyncedAt }) => lastSyncedAt)).toEqual([null, time, null]);
  });

  it('has the exception that ended a cell, whatever the cell prints or raises after its end', async () => {
    const { prisma } = services();
    const { id: userId } = await makeUser(at, { role: 'editor' });
    const { execution } = await makeRuntime(at, { workspaceId: demo.workspaceId, userId });
    const raised = (ename: string) => ({ type: 'error' as const, ename, evalue: 'x', traceback: [] });
    const text = { type: 'stream' as const, name: 'stdout' as const, text: 'x' };
    const end = { type: 'final_response' as const, status: 'error' as const, outputs: [] };
    const printed = Array.from({ length: 60 }, () => text);
    const entries = [
      raised('Shown'),
      raised('Ended'),
      ...printed,
      end,
      ...printed,
      raised('Late'),
      ...printed,
    ];
    await prisma.executionEvent.createMany({
      data: entries.map((event, index) => encode(execution.id, index + 2, event as ExecutionEvent)),
    });
    const stream = await follow();
    await prisma.execution.update({ where: { id: execution.id }, data: { status: 'error' } });
    await until(() => ofType(stream, 'execution').length === 1);
    expect(ofType(stream, 'execution')[0].error).toEqual({ name: 'Ended', message: 'x' });
  });

  it('resumes after a cursor with the same items, also what happened while nobody followed', async () => {
    const { slug, id } = await makeQuietSpace();
    await record(id, 3);
    const first = await follow({ space: slug, after: '0' });
    await until(() => first.results.length === 3);
    first.leave();
    await first.ended;
    await record(id, 250);
    const again = await follow({ space: slug, after: itemsOf(first)[1].cursor });
    await until(() => again.results.length === 251);
    expect(itemsOf(again)[0]).toEqual(itemsOf(first)[2]);
    expect(itemsOf(again).map(({ cursor }) => cursor)).toEqual(
      Array.from({ length: 251 }, (_, index) => String(index + 3)),
    );
    const late = await follow({ space: slug });
    await record(id);
    await until(() => late.results.length === 1);
    expect(itemsOf(late)[0].cursor).toBe('254');
  });

  it('refuses a cursor that no event has, and a heartbeat out of range', async () => {
    const { slug } = await makeQuietSpace();
    const refused = open(query, { space: slug, after: '7' });
    await refused.ended;
    expect(refused.results[0].errors[0].extensions).toMatchObject({
      code: 'invalid_request',
      errors: [{ path: ['after'], type: 'out_of_range' }],
    });
    const both = open(query, { space: slug, after: 'x', heartbeat: 0 });
    await both.ended;
    expect(both.results[0].errors[0].extensions.errors.map(({ path }: any) => path)).toEqual([
      ['after'],
      ['heartbeatSeconds'],
    ]);
  });

  it('sends a heartbeat that can be resumed after, also past events that the caller may not see', async () => {
    const { slug, id } = await makeQuietSpace();
    const viewer = await makeUser(at, { role: 'viewer', space: slug });
    const stream = await follow({ space: slug, heartbeat: 1 }, viewer.token);
    await until(() => stream.results.length === 1);
    expect(itemsOf(stream)[0]).toMatchObject({
      __typename: 'SpaceHeartbeat',
      type: 'heartbeat',
      cursor: '0',
    });
    await record(id, 2);
    await until(() => itemsOf(stream).at(-1).cursor === '2');
    expect(itemsOf(stream).every(({ type }) => type === 'heartbeat')).toBe(true);
  });

  it('sends a reset where events are not stored any more, then goes on', async () => {
    const { slug, id } = await makeQuietSpace();
    const { prisma } = services();
    await record(id, 5);
    await prisma.spaceEvent.updateMany({
      where: { spaceId: id },
      data: { createdAt: new Date(Date.now() - 2 * 3_600_000) },
    });
    await record(id, 5);
    const leases = new LocalLeases();
    const limits = { hours: 1, maxEvents: 4, checkMs: 20 };
    const retention = new SpaceEventRetention({ prisma, leases, log: services().log, ...limits });
    retention.begin();
    await until(async () => (await prisma.spaceEvent.count({ where: { spaceId: id } })) === 4);
    await retention.close();
    const kept = await prisma.spaceEvent.findMany({ where: { spaceId: id }, orderBy: { number: 'asc' } });
    expect(kept.map(({ number }) => Number(number))).toEqual([7, 8, 9, 10]);
    const near = await follow({ space: slug, after: '6' });
    await until(() => near.results.length === 4);
    const far = await follow({ space: slug, after: '3' });
    await until(() => far.results.length === 1);
    expect(itemsOf(far)[0]).toMatchObject({ __typename: 'SpaceEventsReset', cursor: '10' });
    await record(id);
    await until(() => far.results.length === 2);
    expect(itemsOf(far)[1].cursor).toBe('11');
    const all = await follow({ space: slug, after: '0' });
    await until(() => all.results.length === 6);
    expect(itemsOf(all).map(({ type, cursor }) => [type, cursor])).toEqual([
      ['reset', '6'],
      ...['7', '8', '9', '10', '11'].map((cursor) => ['maintenance', cursor]),
    ]);
    await prisma.spaceEvent.deleteMany({ where: { spaceId: id } });
    const none = await follow({ space: slug, after: '0' });
    await until(() => none.results.length === 1);
    await record(id);
    await until(() => none.results.length === 2);
    expect(itemsOf(none).map(({ type, cursor }) => [type, cursor])).toEqual([
      ['reset', '11'],
      ['maintenance', '12'],
    ]);
  });
});

describe('the permissions of spaceEvents', () => {
  it('are those of the moment: of workspaces, of repositories, and of admins', async () => {
    const { prisma } = services();
    const owner = await makeUser(at, { role: 'editor' });
    const viewer = await makeUser(at, { role: 'viewer' });
    const { id: workspaceId } = await makeWorkspace(at, { visibility: 'private', token: owner.token });
    const { worker } = await makeRuntime(at, { workspaceId, userId: owner.id });
    const theirs = await follow({}, owner.token);
    const mine = await follow({}, viewer.token);
    const progress = (percent: number) =>
      prisma.worker.update({ where: { id: worker.id }, data: { progressPercent: percent } });
    const percents = (stream: Stream) =>
      ofType(stream, 'worker').map(({ progressPercent }) => progressPercent);
    await progress(1);
    await until(() => percents(theirs).includes(1));
    await prisma.workspace.update({ where: { id: workspaceId }, data: { visibility: 'space' } });
    await until(async () => {
      await progress(Math.floor(Math.random() * 50) + 2);
      return percents(mine).length > 0;
    });
    await prisma.workspace.update({ where: { id: workspaceId }, data: { visibility: 'private' } });
    const hiddenAt = Date.now();
    for (let seen = -1; percents(mine).length !== seen; ) {
      seen = percents(mine).length;
      const count = percents(theirs).length;
      await progress(60 + (count % 40));
      await until(() => percents(theirs).length > count || percents(theirs).at(-1) === 60 + (count % 40));
      if (Date.now() - hiddenAt > 5_000) break;
      if (percents(mine).length === seen && Date.now() - hiddenAt < 3_000) seen = -1;
    }
    expect(Date.now() - hiddenAt).toBeLessThan(5_000);
    expect(percents(mine)).not.toContain(1);
    expect([...ofType(mine, 'maintenance'), ...ofType(theirs, 'maintenance')]).toEqual([]);
  });

  it('end the stream of a former member within 5 s', async () => {
    const { slug } = await makeQuietSpace();
    const user = await makeUser(at, { role: 'viewer', space: slug });
    const stream = await follow({ space: slug }, user.token);
    await services().prisma.spaceMember.deleteMany({ where: { userId: user.id } });
    const from = Date.now();
    await stream.ended;
    expect(Date.now() - from).toBeLessThan(5_000);
    expect(stream.results.at(-1).errors[0].extensions.code).toBe('not_found');
  });
});

describe('the numbers of events', () => {
  it.runIf(testDatabaseKind === 'postgresql')(
    'have no gaps, and an event that is committed late comes after those that were read',
    async () => {
      const { id } = await makeQuietSpace();
      const { prisma } = services();
      const event = {
        ...{
          spaceId: id,
          kind: 'remote' as const,
          repositoryId: demo.repositoryId,
          subjectId: demo.repositoryId,
        },
        data: { status: 'synced', lastError: null },
      };
      const numbers = async () => (await readEvents(prisma, id, 0, 100)).events.map(({ number }) => number);
      let commit = () => {};
      const held = new Promise<void>((resolve) => {
        commit = resolve;
      });
      let written = () => {};
      const isWritten = new Promise<void>((resolve) => {
        written = resolve;
      });
      const late = prisma.$transaction(async (tx) => {
        const row = await tx.spaceEvent.create({ data: event });
        written();
        await held;
        return row.id;
      });
      await isWritten;
      const early = await prisma.spaceEvent.create({ data: event });
      await numberEvents(prisma, id);
      expect(await numbers()).toEqual([1]);
      commit();
      expect(await late).toBeLessThan(early.id);
      await Promise.all([numberEvents(prisma, id), numberEvents(prisma, id), numberEvents(prisma, id)]);
      expect(await numbers()).toEqual([1, 2]);
    },
  );

  it('are given in one statement, so that a process that is stopped keeps no lock', async () => {
    const { id } = await makeQuietSpace();
    const { prisma } = services();
    await record(id, 3);
    const $queryRaw = prisma.$queryRaw.bind(prisma) as typeof prisma.$queryRaw;
    await numberEvents({ $queryRaw }, id);
    const { events, last } = await readEvents(prisma, id, 0, 100);
    expect([events.map(({ number }) => number), last]).toEqual([[1, 2, 3], 3]);
  });

  it.runIf(testDatabaseKind === 'postgresql')(
    'come to the readers of other spaces while those of one space cannot be given',
    async () => {
      const { prisma } = services();
      const [slow, other] = [await makeQuietSpace(), await makeQuietSpace()];
      await record(slow.id);
      const streams = [await follow({ space: slow.slug }), await follow({ space: other.slug })] as const;
      await prisma.$transaction(async (tx) => {
        await tx.$queryRaw`SELECT 1 FROM "SpaceEventCounter" WHERE "spaceId" = ${slow.id}::uuid FOR UPDATE`;
        await record(slow.id);
        const blocked = () => prisma.$queryRaw<{ n: number }[]>`
          SELECT count(*)::int AS n FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock'`;
        await until(async () => (await blocked())[0]!.n > 0);
        await record(other.id);
        await until(() => streams[1].results.length === 1);
        expect(streams[0].results).toEqual([]);
      });
      await until(() => streams[0].results.length === 1);
    },
  );

  it('are given once by several that number at the same time', async () => {
    const { id } = await makeQuietSpace();
    const { prisma } = services();
    await record(id, 1_200);
    await Promise.all(Array.from({ length: 4 }, () => numberEvents(prisma, id)));
    const rows = await prisma.spaceEvent.findMany({ where: { spaceId: id }, orderBy: { id: 'asc' } });
    expect(rows.map(({ number }) => Number(number))).toEqual(rows.map((_, index) => index + 1));
  });
});
