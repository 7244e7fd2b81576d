import pino from 'pino';
import { afterEach, expect, it, vi } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import type { RequestContext } from '../../../src/context.js';
import { DomainError } from '../../../src/errors.js';
import { StreamGuard } from '../../../src/subscriptions/stream-guard.js';
import { makeRuntime } from '../../support/factories/make-runtime.js';
import { makeUser, type TestUser } from '../../support/factories/make-user.js';
import { makeWorkspace } from '../../support/factories/make-workspace.js';
import {
  at,
  executions,
  files,
  open,
  type Stream,
  services,
  sessions,
  setUpStreams,
  type Transport,
  until,
  workers,
  workspaces,
} from './subscription-fixture.js';

setUpStreams();

afterEach(() => vi.restoreAllMocks());

const streamsEach = 12;

/** Streams of two callers over two transports; resolves when the gateway listens for all of them. */
async function openMany(
  query: string,
  variables: object,
  users: TestUser[],
  listeners: () => number,
): Promise<Stream[]> {
  const before = listeners();
  const streams = users.flatMap(({ token }) =>
    Array.from({ length: streamsEach }, (_, index) => {
      const transport: Transport = index % 2 === 0 ? 'yoga' : 'graphql-sse distinct';
      return open(query, variables, token, transport);
    }),
  );
  await until(() => listeners() === before + streams.length);
  return streams;
}

async function untilAllHave(streams: Stream[], count: number): Promise<void> {
  await until(() => streams.every(({ results }) => results.length === count), 15_000);
  for (const { results } of streams) expect(results.every(({ errors }) => !errors)).toBe(true);
}

it('a change is read once for all streams of a caller, on every topic', async () => {
  const { bus, prisma } = services();
  const users = [await makeUser(at, { role: 'editor' }), await makeUser(at, { role: 'viewer' })];
  const workspace = await makeWorkspace(at, { visibility: 'space', token: users[0]!.token });
  const runtime = await makeRuntime(at, { workspaceId: workspace.id, userId: users[0]!.id });
  const { worker, session, execution } = runtime;
  const spaceId = (await prisma.workspace.findUniqueOrThrow({ where: { id: workspace.id } })).spaceId;
  const topics = [
    {
      query: workspaces,
      topic: 'workspace',
      reads: [vi.spyOn(prisma.workspace, 'findFirst'), vi.spyOn(prisma.workspaceGrant, 'findMany')],
      publish: () =>
        bus.publish('workspace', workspace.id, { workspaceId: workspace.id, spaceId, change: 'updated' }),
    },
    {
      query: sessions,
      topic: 'session',
      reads: [vi.spyOn(prisma.session, 'findFirst')],
      publish: () => bus.publish('session', session.id, { sessionId: session.id }),
    },
    {
      query: executions,
      topic: 'executionStatus',
      reads: [vi.spyOn(prisma.execution, 'findFirst')],
      publish: () => bus.publish('executionStatus', execution.id, { executionId: execution.id }),
    },
    {
      query: workers,
      topic: 'worker',
      reads: [vi.spyOn(prisma.worker, 'findFirst')],
      publish: () => bus.publish('worker', worker.id, { workerId: worker.id }),
    },
  ] as const;
  for (const { query, topic, reads, publish } of topics) {
    const streams = await openMany(query, {}, users, () => bus.listenerCount(topic, '*'));
    for (const read of reads) read.mockClear();
    publish();
    await untilAllHave(streams, 1);
    const calls = reads.map((read) => read.mock.calls.length);
    expect({ topic, calls }).toEqual({ topic, calls: reads.map(() => users.length) });
    for (const stream of streams) stream.leave();
    await until(() => bus.listenerCount(topic, '*') === 0);
  }
}, 60_000);

it('another event about the same resource is read again', async () => {
  const { bus, prisma } = services();
  const user = await makeUser(at, { role: 'editor' });
  const workspace = await makeWorkspace(at, { visibility: 'space', token: user.token });
  const streams = await openMany(workspaces, {}, [user], () => bus.listenerCount('workspace', '*'));
  for (const [index, name] of ['one', 'two', 'three'].entries()) {
    await prisma.workspace.update({ where: { id: workspace.id }, data: { name } });
    bus.publish('workspace', workspace.id, {
      workspaceId: workspace.id,
      spaceId: (await prisma.space.findFirstOrThrow({ where: { slug: 'demo' } })).id,
      change: 'updated',
    });
    await untilAllHave(streams, index + 1);
    const names = streams.map(({ results }) => results[index].data.workspaceChanged.workspace.name);
    expect(new Set(names)).toEqual(new Set([name]));
  }
}, 60_000);

it('callers who share nothing but the event each see their own permissions', async () => {
  const { bus } = services();
  const users = [await makeUser(at, { role: 'editor' }), await makeUser(at, { role: 'viewer' })];
  const streams = await openMany(workspaces, {}, users, () => bus.listenerCount('workspace', '*'));
  await makeWorkspace(at, { visibility: 'space', token: users[0]!.token });
  await untilAllHave(streams, 1);
  const canEdit = streams.map(
    ({ results }) => results[0].data.workspaceChanged.workspace.effectivePermissions.canEdit,
  );
  expect(canEdit).toEqual(streams.map((_, index) => index < streamsEach));
}, 60_000);

it('the changes of a commit are read once for all streams', async () => {
  const { bus, prisma } = services();
  const users = [await makeUser(at, { role: 'editor' }), await makeUser(at, { role: 'viewer' })];
  const listeners = () => bus.listenerCount('commit', demo.repositoryId);
  const streams = await openMany(files, { id: demo.workspaceId }, users, listeners);
  const authors = vi.spyOn(prisma.user, 'findUnique');
  const answer = await at.rest('POST', `/workspaces/${demo.workspaceId}/authoring-files`, {
    body: { path: 'fan-out.txt', content: 'x' },
  });
  expect(answer.status).toBe(201);
  await untilAllHave(streams, 1);
  const paths = streams.map(({ results }) => results[0].data.fileChanged.path);
  expect(new Set(paths)).toEqual(new Set(['fan-out.txt']));
  expect(authors).toHaveBeenCalledTimes(1);
}, 60_000);

it('streams of one token with the same key are checked together, and end together', async () => {
  const { prisma } = services();
  const owner = await makeUser(at, { role: 'editor' });
  const token = await prisma.apiToken.findFirstOrThrow({
    where: { userId: owner.id },
    include: { user: true },
  });
  const actor = {
    ...owner,
    tokenId: token.id,
    userId: owner.id,
    isPlatformAdmin: false,
    scopes: new Set(['read']),
  };
  const ctx = { actor, requestId: 'r', spaces: new Map() } as unknown as RequestContext;
  const guard = new StreamGuard({ prisma, log: pino({ level: 'silent' }), intervalMs: 50 });
  const silent = () => ({ next: () => new Promise<never>(() => {}) });
  const failing = vi.fn(async () => {
    throw new DomainError('forbidden', 'No.');
  });
  const passing = vi.fn(async () => {});
  const ended = Array.from({ length: 10 }, () =>
    guard
      .guard(ctx, silent(), { key: ['a'], check: failing })
      .next()
      .catch((error) => error.code),
  );
  const stream = guard.guard(ctx, silent(), { key: ['b'], check: passing });
  stream.next().catch(() => {});
  expect(new Set(await Promise.all(ended))).toEqual(new Set(['forbidden']));
  expect(failing).toHaveBeenCalledTimes(1);
  await until(() => passing.mock.calls.length >= 2);
  await stream.return?.();
});
