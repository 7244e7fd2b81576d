import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../src/engines/database/open-database.js';
import { EventBus } from '../../../src/engines/events/event-bus.js';
import { DurablePositions } from '../../../src/executions/durable-positions.js';
import type { ExecutionEvent, FinalResponse } from '../../../src/executions/execution-event.js';
import { ExecutionLog } from '../../../src/executions/execution-log.js';
import { LateOutput } from '../../../src/executions/late-output.js';
import { resumeExecutions } from '../../../src/executions/resume-executions.js';
import { createDatabaseHome, testDatabaseKind } from '../../support/database.js';
import { makeFilledSpace } from '../../support/factories/make-filled-space.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';
import { openTcpProxy, type TcpProxy } from '../../support/tcp-proxy.js';

const printed = (text: string): ExecutionEvent => ({ type: 'stream', name: 'stdout', text });
const ended = (): FinalResponse => ({
  type: 'final_response',
  status: 'ok',
  status_reason: null,
  cancelled_by: null,
  execution_count: 1,
  outputs: [],
  truncated: false,
  started_at: null,
  finished_at: new Date().toISOString(),
  duration_ms: 0,
});
async function toArray<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}
/** Longer than the quick tries after a failure. */
const outageMs = 6_000;

describe.runIf(testDatabaseKind === 'postgresql')('the log of an execution during a database outage', () => {
  let proxy: TcpProxy;
  let at: TestGateway;
  let sessionId: string;
  beforeAll(async () => {
    const home = await createDatabaseHome();
    const url = new URL(home.options.url!);
    proxy = await openTcpProxy(Number(url.port || 5432));
    url.port = String(proxy.port);
    const database = await openDatabase({ url: url.href, migrationsDirectory: 'prisma/migrations' });
    const close = async () => {
      await database.close();
      await proxy.close();
      await home.remove();
    };
    at = await openTestGateway({ database: { ...database, close } });
    sessionId = (await makeFilledSpace(at)).ids.session_id;
  });
  afterEach(() => proxy.setAway(false));
  afterAll(() => at.close());

  async function begin(): Promise<string> {
    const { prisma } = at.gateway.services;
    const { userId } = await prisma.session.findUniqueOrThrow({ where: { id: sessionId } });
    const { id } = await prisma.execution.create({
      data: { sessionId, userId, code: '1', status: 'running' },
    });
    return id;
  }
  const rowOf = (id: string) => at.gateway.services.prisma.execution.findUniqueOrThrow({ where: { id } });
  const count = (executionId: string) =>
    at.gateway.services.prisma.executionEvent.count({ where: { executionId } });

  it('receives all output and the end once the database answers again, and so do its subscribers', async () => {
    const { executionLog } = at.gateway.services;
    const id = await begin();
    executionLog.begin(id);
    const followed = toArray(executionLog.follow(id, 0));
    const writer = executionLog.writer(id);
    writer.write(printed('before'));
    await expect.poll(() => count(id)).toBe(1);
    proxy.setAway(true);
    writer.write(printed('meanwhile'));
    const finished = writer.finish(ended(), { status: 'ok', finishedAt: new Date() });
    await sleep(outageMs);
    proxy.setAway(false);
    await finished;
    const entries = await followed;
    expect(entries.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
    expect(entries.map(({ event }) => event)).toMatchObject([
      { execution_state: 'queued' },
      printed('before'),
      printed('meanwhile'),
      { type: 'final_response' },
    ]);
    expect(await rowOf(id)).toMatchObject({ status: 'ok', finishedAt: expect.any(Date) });
  });

  it('says how many events were dropped when more came than may wait', async () => {
    const { executionLog, prisma } = at.gateway.services;
    const id = await begin();
    const writer = executionLog.writer(id);
    proxy.setAway(true);
    for (let written = 0; written < 80; written++) writer.write(printed('x'.repeat(1024 * 1024)));
    const finished = writer.finish(ended(), { status: 'ok', finishedAt: new Date() });
    await sleep(outageMs);
    proxy.setAway(false);
    await finished;
    const rows = await prisma.executionEvent.findMany({
      where: { executionId: id, type: { not: 'stream' } },
      orderBy: { sequence: 'asc' },
    });
    expect(rows.map(({ type }) => type)).toEqual(['output_lost', 'final_response']);
    const { count: dropped, reason } = JSON.parse(rows[0]!.data);
    expect(reason).toBe('backlog');
    expect(dropped + (await count(id)) - rows.length).toBe(80);
    expect(rows.map(({ sequence }) => sequence)).toEqual([80 - dropped + 2, 80 - dropped + 3]);
  }, 60_000);

  it('says also what was dropped of late output because too many logs waited for the database', async () => {
    const { executionLog, prisma } = at.gateway.services;
    const { userId } = await prisma.session.findUniqueOrThrow({ where: { id: sessionId } });
    const of = { sessionId, userId, code: '1', status: 'ok', finishedAt: new Date() } as const;
    const rows = Array.from({ length: 66 }, () => ({ id: randomUUID() as string, ...of }));
    await prisma.execution.createMany({ data: rows });
    const ids = rows.map(({ id }) => id);
    const acknowledged: number[] = [];
    const late = new LateOutput({
      ...{ prisma, executionLog, sessionId, endWritten: async () => {} },
      positions: new DurablePositions((position) => acknowledged.push(position)),
      log: pino({ level: 'silent' }),
    });
    proxy.setAway(true);
    for (const [index, id] of [...ids, ids[64]!].entries()) late.add(id, printed('late'), index + 1);
    proxy.setAway(false);
    const eventsOf = async (executionId: string) => {
      const events = await prisma.executionEvent.findMany({ where: { executionId } });
      return events.map(({ type, data }) => ({ type, ...JSON.parse(data) }));
    };
    const lost = (count: number) => [{ type: 'output_lost', count, reason: 'backlog', late: true }];
    await expect.poll(() => eventsOf(ids[64]!), { timeout: 30_000 }).toEqual(lost(2));
    await expect.poll(() => eventsOf(ids[65]!)).toEqual(lost(1));
    expect(await eventsOf(ids[0]!)).toMatchObject([{ type: 'stream', text: 'late', late: true }]);
    await late.close();
    expect(acknowledged.at(-1)).toBe(67);
  }, 60_000);

  it('stops waiting when it is closed, and is completed at the next start', async () => {
    const { prisma } = at.gateway.services;
    const executionLog = new ExecutionLog({
      prisma,
      bus: new EventBus(),
      log: pino({ level: 'silent' }),
      epoch: () => 1,
    });
    const id = await begin();
    proxy.setAway(true);
    const finished = executionLog.writer(id).finish(ended(), { status: 'ok', finishedAt: new Date() });
    executionLog.close();
    await expect(finished).rejects.toThrow();
    proxy.setAway(false);
    await expect.poll(() => rowOf(id).catch(() => null)).toMatchObject({ finishedAt: null });
    await resumeExecutions(at.gateway.services);
    expect(await rowOf(id)).toMatchObject({ status: 'failed', finishedAt: expect.any(Date) });
  });
});
