import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Execution, Session } from '../../../prisma/generated/client/client.js';
import type { FinalResponse } from '../../../src/executions/execution-event.js';
import { insertEnd, insertEntries } from '../../../src/executions/write-log.js';
import { makeExecution } from '../../support/factories/make-execution.js';
import { makeFilledSpace } from '../../support/factories/make-filled-space.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';
import { parseEvents } from '../../support/sse.js';
import { untilSuccess } from '../../support/until-success.js';

/** The gateway is the first owner of its database. */
const epoch = () => 1;
const dayMs = 24 * 60 * 60_000;
const outputs = [{ output_type: 'stream', name: 'stdout', text: 'one\ntwo\n' }];

let at: TestGateway;
let session: Session;
let space: string;
beforeAll(async () => {
  at = await openTestGateway({ expiryCheckMs: 50, env: { EXECUTION_RETENTION_DAYS: '3' } });
  const filled = await makeFilledSpace(at);
  space = filled.slug;
  session = await at.gateway.services.prisma.session.findUniqueOrThrow({
    where: { id: filled.ids.session_id },
  });
});
afterAll(() => at.close());

it('after the days of retention a log is its outputs and its end, under their numbers', async () => {
  const old = await endedRun({ daysAgo: 3.1 });
  await untilPruned(old.id);
  expect(await streamOf(old.id)).toEqual(['1 queued', '6 reset one\ntwo\n', '7 ok one\ntwo\n']);
  expect(await streamOf(old.id, 3)).toEqual(['6 reset one\ntwo\n', '7 ok one\ntwo\n']);
  expect(await streamOf(old.id, 6)).toEqual(['7 ok one\ntwo\n']);
});

it('a run that failed keeps the outputs that it had', async () => {
  const old = await endedRun({ daysAgo: 3.1, fails: true });
  await untilPruned(old.id);
  expect(await streamOf(old.id, 2)).toEqual(['6 reset one\ntwo\n', '7 kernel_died']);
});

it('a run that was cancelled while it was queued keeps its log of two events', async () => {
  const { prisma } = at.gateway.services;
  const { id } = await makeExecution(at, { session });
  await insertEnd({ prisma, epoch }, id, { sequence: 2, event: finalResponse([]) }, ended(3.1));
  await untilPruned(id);
  expect(await streamOf(id)).toEqual(['1 queued', '2 ok ']);
});

it('a newer run, and an older one whose log is being read, keep the whole log', async () => {
  const { executionLog, prisma } = at.gateway.services;
  const newer = await endedRun({ daysAgo: 2.9 });
  const read = await endedRun({ daysAgo: 1 });
  const reading = executionLog.follow(read.id, 0);
  await reading.next();
  await prisma.execution.update({ where: { id: read.id }, data: ended(3.1) });
  const beside = await endedRun({ daysAgo: 3.1 });
  await untilPruned(beside.id);
  expect(await prisma.executionEvent.count({ where: { executionId: newer.id } })).toBe(6);
  expect(await prisma.executionEvent.count({ where: { executionId: read.id } })).toBe(6);
  await reading.return?.();
  await untilPruned(read.id);
});

it('after twice the days an execution is deleted with what is left of its log, and answers 404', async () => {
  const { prisma } = at.gateway.services;
  const old = await endedRun({ daysAgo: 6.1 });
  await untilSuccess('the removal', 10_000, async () => {
    expect(await prisma.execution.count({ where: { id: old.id } })).toBe(0);
  });
  expect(await prisma.executionEvent.count({ where: { executionId: old.id } })).toBe(0);
  const path = `/sessions/${session.id}/executions/${old.id}/stream`;
  expect((await at.rest('GET', path, { space })).status).toBe(404);
});

it('with 0 days an execution is kept for ever', async () => {
  const kept = await openTestGateway({ expiryCheckMs: 20, env: { EXECUTION_RETENTION_DAYS: '0' } });
  try {
    const { slug, ids } = await makeFilledSpace(kept);
    const { execution } = kept.gateway.services.prisma;
    await execution.update({ where: { id: ids.execution_id }, data: ended(10_000) });
    await sleep(500);
    const path = `/sessions/${ids.session_id}/executions/${ids.execution_id}`;
    expect((await kept.rest('GET', path, { space: slug })).status).toBe(200);
  } finally {
    await kept.close();
  }
});

it('a reader whose log is removed gets an error, as it has not got the end', async () => {
  const { executionLog, prisma, bus } = at.gateway.services;
  const { id: executionId } = await makeExecution(at, { session, status: 'running' });
  const reading = executionLog.follow(executionId, 0);
  await reading.next();
  const next = reading.next();
  await prisma.execution.delete({ where: { id: executionId } });
  bus.publish('execution', executionId, { executionId });
  await expect(next).rejects.toMatchObject({ code: 'not_found' });
});

it('a run that has not ended keeps its log, however old it is', async () => {
  const { prisma } = at.gateway.services;
  const createdAt = new Date(Date.now() - 100 * dayMs);
  const running = await makeExecution(at, { session, status: 'running', createdAt });
  await insertEntries({ prisma, epoch }, running.id, [{ sequence: 2, event: printed('still here') }]);
  await sleep(300);
  expect(await prisma.executionEvent.count({ where: { executionId: running.id } })).toBe(1);
  await prisma.execution.delete({ where: { id: running.id } });
});

/** A run that printed two lines in between other events, 7 events in all, and ended days ago. */
async function endedRun({ daysAgo, fails }: { daysAgo: number; fails?: boolean }): Promise<Execution> {
  const { prisma } = at.gateway.services;
  const execution = await makeExecution(at, { session });
  await insertEntries({ prisma, epoch }, execution.id, [
    { sequence: 2, event: { type: 'status', execution_state: 'busy' } },
    { sequence: 3, event: printed('one\n') },
    { sequence: 4, event: printed('two\n') },
    { sequence: 5, event: { type: 'comm_close', comm_id: 'c', data: {} } },
    { sequence: 6, event: { type: 'status', execution_state: 'idle' } },
  ]);
  const failure = {
    type: 'failure',
    detail: 'Gone.',
    status_code: 503,
    code: 'kernel_died',
    retryable: false,
  } as const;
  const event = fails ? failure : finalResponse(outputs);
  await insertEnd({ prisma, epoch }, execution.id, { sequence: 7, event }, ended(daysAgo));
  return execution;
}

function printed(text: string) {
  return { type: 'stream', name: 'stdout', text } as const;
}

function finalResponse(all: typeof outputs): FinalResponse {
  return {
    type: 'final_response',
    status: 'ok',
    status_reason: null,
    cancelled_by: null,
    execution_count: 1,
    outputs: all,
    truncated: false,
    started_at: null,
    finished_at: new Date().toISOString(),
    duration_ms: 0,
  };
}

function ended(daysAgo: number) {
  return { status: 'ok', finishedAt: new Date(Date.now() - daysAgo * dayMs) } as const;
}

function untilPruned(id: string): Promise<void> {
  const { prisma } = at.gateway.services;
  return untilSuccess('the pruning', 10_000, async () => {
    const { logPrunedAt } = await prisma.execution.findUniqueOrThrow({ where: { id } });
    expect(logPrunedAt).not.toBeNull();
  });
}

/** The events of an ended run over REST, each with its number, what it is, and its printed text. */
async function streamOf(id: string, after?: number): Promise<string[]> {
  const headers: Record<string, string> = after === undefined ? {} : { 'last-event-id': String(after) };
  const { body } = await at.rest('GET', `/sessions/${session.id}/executions/${id}/stream`, {
    space,
    headers,
  });
  return parseEvents(body).map(({ id: number, data }) => {
    const what = data.execution_state ?? data.status ?? data.code ?? data.type;
    const text = data.outputs && ` ${data.outputs.map((one: { text: string }) => one.text).join('')}`;
    return `${number} ${what}${text ?? ''}`;
  });
}
