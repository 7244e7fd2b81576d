import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Execution, PrismaClient, Session } from '../../../prisma/generated/client/client.js';
import { loadActor } from '../../../src/access/load-actor.js';
import { FormerOwnerError } from '../../../src/engines/database/former-owner-error.js';
import type { Leases } from '../../../src/engines/database/leases.js';
import { LocalLeases } from '../../../src/engines/database/local-leases.js';
import type { OwnerTarget } from '../../../src/engines/database/owner-target.js';
import type { EventBus } from '../../../src/engines/events/event-bus.js';
import { ExecutionIntake } from '../../../src/executions/execution-intake.js';
import { insertExecutions } from '../../../src/executions/insert-executions.js';
import { markRunning } from '../../../src/executions/mark-running.js';
import { insertEnd, insertEntries } from '../../../src/executions/write-log.js';
import { writeOutputsSave } from '../../../src/executions/write-outputs-save.js';
import { insertRun } from '../../../src/notebook-runs/insert-run.js';
import { NotebookRunner } from '../../../src/notebook-runs/notebook-runner.js';
import { writeRunEnd } from '../../../src/notebook-runs/write-run-end.js';
import { writeRunSession, writeRunStart } from '../../../src/notebook-runs/write-run-start.js';
import { RuntimeOwnership } from '../../../src/runtime/runtime-ownership.js';
import { deleteSession } from '../../../src/sessions/delete-session.js';
import { SessionRows } from '../../../src/sessions/session-rows.js';
import { WorkerRows } from '../../../src/workers/worker-rows.js';
import { testDatabaseKind } from '../../support/database.js';
import { makeExecution } from '../../support/factories/make-execution.js';
import { makeFilledSpace } from '../../support/factories/make-filled-space.js';
import { makeRun } from '../../support/factories/make-run.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';

const log = pino({ level: 'silent' });
let at: TestGateway;
let prisma: PrismaClient;
let session: Session;
let executionId: string;
beforeAll(async () => {
  at = await openTestGateway();
  prisma = at.gateway.services.prisma;
  const { ids } = await makeFilledSpace(at);
  session = await prisma.session.findUniqueOrThrow({ where: { id: ids.session_id } });
});
beforeEach(async () => {
  executionId = (await makeExecution(at, { session })).id;
});
afterAll(() => at.close());

const epochNow = async () =>
  (await prisma.installation.findUniqueOrThrow({ where: { key: 1 } })).runtimeEpoch;
const newSession = () => {
  const { workspaceId, workerId, userId, branch, path, kernelProfileId, kernelName } = session;
  return { workspaceId, workerId, userId, branch, path, kernelProfileId, kernelName };
};
const text = { sequence: 2, event: { type: 'stream', name: 'stdout', text: 'a' } } as const;
const entries = () => prisma.executionEvent.count({ where: { executionId } });

it('a former owner writes neither entries nor the end of a log', async () => {
  const epoch = (await epochNow()) - 1;
  const former = { prisma, epoch: () => epoch };
  await expect(insertEntries(former, executionId, [text])).rejects.toBeInstanceOf(FormerOwnerError);
  const event = {
    type: 'failure',
    detail: 'x',
    status_code: 503,
    code: 'kernel_died',
    retryable: false,
  } as const;
  const row = { status: 'failed', finishedAt: new Date() } as const;
  await expect(insertEnd(former, executionId, { sequence: 2, event }, row)).rejects.toBeInstanceOf(
    FormerOwnerError,
  );
  expect(await entries()).toBe(0);
  expect(await prisma.execution.findUnique({ where: { id: executionId } })).toMatchObject({
    ...{ status: 'queued', finishedAt: null },
  });
});

it('a former owner queues no execution, and does not report an ended one as running', async () => {
  const epoch = (await epochNow()) - 1;
  const former = { prisma, epoch: () => epoch };
  const owner = { prisma, epoch: () => epoch + 1 };
  const { id: sessionId, userId } = session;
  const rest = { sessionId, userId, cellIndex: null, cellId: 'a', timeoutSeconds: 1.5, stopOnError: false };
  const rows = ['1', '2', '3'].map((code) => ({ ...rest, id: randomUUID(), code }));
  await expect(insertExecutions(former, rows)).rejects.toBeInstanceOf(FormerOwnerError);
  const where = { id: { in: rows.map(({ id }) => id) } };
  expect(await prisma.execution.count({ where })).toBe(0);

  const inserted = await insertExecutions(
    owner,
    rows,
    rows.map(({ id }) => id),
  );
  expect(inserted).toEqual(
    await prisma.execution.findMany({
      where: { ...where, outputsSave: { status: 'pending' } },
      orderBy: { position: 'asc' },
    }),
  );
  expect(inserted).toMatchObject(rows);

  const [{ id }] = inserted as [Execution];
  await markRunning(former, id, new Date());
  expect(await prisma.execution.findUnique({ where: { id } })).toMatchObject({ status: 'queued' });
  await markRunning(owner, id, new Date());
  expect(await prisma.execution.findUnique({ where: { id } })).toMatchObject({ status: 'running' });
  await prisma.execution.update({ where: { id }, data: { status: 'ok', finishedAt: new Date() } });
  await markRunning(owner, id, new Date());
  expect(await prisma.execution.findUnique({ where: { id } })).toMatchObject({ status: 'ok' });
});

it('a former owner changes neither sessions nor workers', async () => {
  const epoch = (await epochNow()) - 1;
  const { bus } = at.gateway.services;
  const former = { prisma, bus, epoch: () => epoch };
  const sessionRow = () => prisma.session.findUnique({ where: { id: session.id } });
  const workerRow = () => prisma.worker.findUnique({ where: { id: session.workerId } });
  const before = [await sessionRow(), await workerRow()];
  const all = ['starting', 'ready', 'busy'] as const;
  for (const write of [
    () => new SessionRows(former).setStatus(session.id, 'dead', 'lost'),
    () => new SessionRows(former).setKernel(session.id, { kernelId: 'k', spoolId: null }),
    () => new SessionRows(former).setExecutionCount(session.id, 99),
    () => new SessionRows(former).forgetKernel(session.id),
    () => new SessionRows(former).touch(session.id, new Date()),
    () => new SessionRows(former).releaseKey(session.id),
    () => new SessionRows(former).markDeleted(session.id),
    () => new WorkerRows(former).update(session.workerId, all, { status: 'failed' }),
    () => new WorkerRows(former).touch(session.workerId, new Date()),
  ])
    await expect(write()).rejects.toBeInstanceOf(FormerOwnerError);
  expect([await sessionRow(), await workerRow()]).toEqual(before);
});

it('a former owner reports no save of outputs', async () => {
  const { epoch } = at.gateway.services;
  await prisma.outputsSave.create({ data: { executionId } });
  const row = () => prisma.outputsSave.findUnique({ where: { executionId } });
  const saved = { status: 'saved', commitOid: 'c' } as const;
  const former = { prisma, epoch: () => epoch() - 1 };
  await expect(writeOutputsSave(former, executionId, saved)).rejects.toBeInstanceOf(FormerOwnerError);
  expect(await row()).toMatchObject({ status: 'pending', commitOid: null });
  await writeOutputsSave({ prisma, epoch }, executionId, saved);
  expect(await row()).toMatchObject({ ...saved, errorCode: null, errorDetail: null });
  const failed = { status: 'failed', errorCode: 'not_found', errorDetail: 'x' } as const;
  await writeOutputsSave({ prisma, epoch }, executionId, failed);
  expect(await row()).toMatchObject({ ...failed, commitOid: null });
});

it('a former owner deletes no session, and its kernel runs on', async () => {
  const { services } = at.gateway;
  const { id } = await prisma.session.create({
    data: { ...newSession(), status: 'idle', liveKey: 'a live session' },
  });
  const { slug } = await prisma.space.findFirstOrThrow({
    where: { workspaces: { some: { id: session.workspaceId } } },
  });
  const actor = await loadActor(services, session.userId);
  const ctx = { actor, requestId: 'r', spaces: new Map() };
  const remove = (epoch: () => number) => deleteSession({ ...services, epoch }, ctx, slug, id);
  const row = () => prisma.session.findUnique({ where: { id } });
  const before = await row();
  await expect(remove(() => services.epoch() - 1)).rejects.toMatchObject({
    ...{ code: 'runtime_unavailable', retryAfterSeconds: 1 },
    message: expect.stringContaining('the session was not deleted'),
  });
  expect(await row()).toEqual(before);
  await remove(services.epoch);
  expect(await row()).toMatchObject({
    ...{ deletedAt: expect.any(Date), status: 'dead', statusReason: 'deleted', liveKey: null },
  });
});

describe('a former owner', () => {
  const former = { epoch: () => 0 };
  /** A run of the session, which runs. */
  async function running(cells: undefined[] = []) {
    const worker = await prisma.worker.findUniqueOrThrow({ where: { id: session.workerId } });
    const began = { status: 'running', startedAt: new Date(), finishedAt: null } as const;
    return makeRun(at, worker, { cells, data: { ...began, sessionId: session.id, ownsSession: true } });
  }
  /** The bus, which also reports when a runner leaves a run. */
  function busThat(left: () => void): EventBus {
    const { bus } = at.gateway.services;
    const subscribe: EventBus['subscribe'] = (topic, ...rest) => {
      const unsubscribe = bus.subscribe(topic, ...rest);
      return () => {
        unsubscribe();
        if (topic === 'notebookRun') left();
      };
    };
    const [publish, onMissed] = [bus.publish.bind(bus), bus.onMissed.bind(bus)];
    return Object.assign(Object.create(bus), { subscribe, publish, onMissed });
  }
  const runRow = (id: string) => prisma.notebookRun.findUniqueOrThrow({ where: { id } });

  it('neither queues a run of a notebook nor writes the end of one', async () => {
    const { id, status: _, finishedAt: __, notebook, ...known } = await running();
    const row = {
      ...known,
      id: randomUUID(),
      notebook: notebook!,
      path: 'queued.ipynb',
      parameters: '{"a":1}',
      timeoutSeconds: 1.5,
    };
    const cells = [
      { index: 0, id: 'one', source: "'ü'\n{,}", mayRaise: false },
      { index: 2, id: null, source: '2', mayRaise: true },
    ];
    await expect(insertRun({ prisma, ...former }, row, cells)).rejects.toBeInstanceOf(FormerOwnerError);
    expect(await prisma.notebookRun.count({ where: { path: row.path } })).toBe(0);
    const { epoch } = at.gateway.services;
    const inserted = await insertRun({ prisma, epoch }, row, cells);
    const { createdAt: ___, ...given } = known;
    expect(await runRow(inserted.id)).toMatchObject({
      ...{ ...given, path: row.path, parameters: row.parameters, timeoutSeconds: 1.5, notebook },
      ...{ startedAt: null, status: 'queued', finishedAt: null, savedCommitOid: null },
    });
    const where = { runId: inserted.id };
    expect(await prisma.notebookRunCell.findMany({ where, orderBy: { position: 'asc' } })).toMatchObject(
      cells.map(({ index: cellIndex, id: cellId, ...cell }, at) => ({
        ...{ position: at + 1, cellIndex, cellId, executionId: expect.any(String), ...cell },
      })),
    );

    const end = {
      status: 'failed',
      finishedAt: new Date(),
      errorCode: 'internal',
      errorDetail: 'x',
    } as const;
    await expect(writeRunEnd({ prisma, ...former }, id, end)).rejects.toBeInstanceOf(FormerOwnerError);
    expect(await runRow(id)).toMatchObject({ status: 'running', finishedAt: null, errorCode: null });
    await writeRunEnd({ prisma, epoch }, id, end);
    expect(await runRow(id)).toMatchObject({ ...end, notebook });
    await writeRunEnd({ prisma, epoch }, id, { ...end, savedCommitOid: 'c', notebook: null });
    expect(await runRow(id)).toMatchObject({ savedCommitOid: 'c', notebook: null });
    const startedAt = new Date();
    const starts = [
      (by: OwnerTarget) => writeRunStart(by, inserted.id, startedAt),
      (by: OwnerTarget) => writeRunSession(by, inserted.id, session.id),
    ];
    for (const write of starts)
      await expect(write({ prisma, ...former })).rejects.toBeInstanceOf(FormerOwnerError);
    expect(await runRow(inserted.id)).toMatchObject({ status: 'queued', startedAt: null });
    for (const write of starts) await write({ prisma, epoch });
    expect(await runRow(inserted.id)).toMatchObject({ status: 'running', startedAt, sessionId: session.id });
    await writeRunStart({ prisma, epoch }, inserted.id, new Date(0));
    expect(await runRow(inserted.id)).toMatchObject({ startedAt });
    await prisma.notebookRun.deleteMany({ where: { id: inserted.id } });
  });

  it.each([
    ['with a cell to queue', [undefined]],
    ['after its last cell', []],
  ])('leaves a run of a notebook %s, and the session of it, to the new owner', async (_when, cells) => {
    const { id, userId } = await running(cells);
    const { services } = at.gateway;
    const intake = new ExecutionIntake({ ...services, ...former });
    await new Promise<void>((resolve) => {
      const bus = busThat(resolve);
      new NotebookRunner({ ...services, ...former, intake, bus }).begin({ id, userId });
    });
    expect(await runRow(id)).toMatchObject({ status: 'running', finishedAt: null, errorCode: null });
    expect(await prisma.session.findUnique({ where: { id: session.id } })).toMatchObject({ deletedAt: null });
    if (cells.length > 0) return;
    services.notebookRunner.begin({ id, userId });
    await expect.poll(async () => (await runRow(id)).finishedAt).not.toBeNull();
    expect(await prisma.session.findUnique({ where: { id: session.id } })).toMatchObject({
      deletedAt: expect.any(Date),
    });
  });
});

it.skipIf(testDatabaseKind === 'pglite')(
  'a new owner waits for a write of the one before that has begun',
  async () => {
    const epoch = await epochNow();
    const order: string[] = [];
    let taken: Promise<unknown> | undefined;
    const next = openOwnership(new LocalLeases());
    await prisma.$transaction(async (tx) => {
      await insertEntries({ prisma: tx as PrismaClient, epoch: () => epoch }, executionId, [text]);
      taken = next.begin().then(() => order.push('taken'));
      const blocked = () => prisma.$queryRaw<{ n: number }[]>`
      SELECT count(*)::int AS n FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      await expect.poll(async () => (await blocked())[0]!.n).toBe(1);
      order.push('written');
    });
    await taken;
    expect(order).toEqual(['written', 'taken']);
    expect(next.epoch).toBe(epoch + 1);
    expect(await entries()).toBe(1);
    await next.close();
  },
);

function openOwnership(leases: Leases, events: string[] = []) {
  const ownership = new RuntimeOwnership({ prisma, leases, log });
  return {
    begin: () =>
      ownership.begin({
        resume: async () => void events.push('resumed'),
        lost: () => void events.push('lost'),
      }),
    close: () => ownership.close(),
    get isOwner() {
      return ownership.isOwner;
    },
    get epoch() {
      return ownership.epoch;
    },
  };
}

describe('of two gateways', () => {
  /** Leases whose connection can be cut. */
  class CuttableLeases extends LocalLeases {
    cut = () => {};

    override async tryTake(name: string) {
      const lease = await super.tryTake(name);
      const lost = new AbortController();
      this.cut = () => {
        void lease?.release();
        lost.abort();
      };
      return lease && { lost: lost.signal, release: () => lease.release() };
    }
  }

  it('one is the owner, and the other one is as soon as the first has closed', async () => {
    const leases = new LocalLeases();
    const [first, second] = [openOwnership(leases), openOwnership(leases)];
    await first.begin();
    await second.begin();
    expect([first.isOwner, second.isOwner, second.epoch]).toEqual([true, false, 0]);
    await first.close();
    await expect.poll(() => second.isOwner).toBe(true);
    expect(second.epoch).toBe(first.epoch + 1);
    await second.close();
  });

  it('an owner whose connection breaks takes the lease again, with the same epoch and without resuming', async () => {
    const leases = new CuttableLeases();
    const events: string[] = [];
    const owner = openOwnership(leases, events);
    await owner.begin();
    const { epoch } = owner;
    leases.cut();
    expect(owner.isOwner).toBe(false);
    await expect.poll(() => owner.isOwner).toBe(true);
    expect([owner.epoch, events]).toEqual([epoch, ['resumed']]);
    await owner.close();
  });

  it('an owner that another one has replaced reports that once, and never runs the kernels again', async () => {
    const leases = new CuttableLeases();
    const events: string[] = [];
    const owner = openOwnership(leases, events);
    await owner.begin();
    const other = openOwnership(new LocalLeases());
    await other.begin();
    leases.cut();
    await expect.poll(() => events).toEqual(['resumed', 'lost']);
    expect(owner.isOwner).toBe(false);
    await other.close();
    await owner.close();
  });
});
