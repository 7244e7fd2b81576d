import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { NotebookRun, Session, Worker } from '../../../prisma/generated/client/client.js';
import { makeExecution } from '../../support/factories/make-execution.js';
import { makeRun } from '../../support/factories/make-run.js';
import { makeRuntime } from '../../support/factories/make-runtime.js';
import { makeUser } from '../../support/factories/make-user.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';
import { untilSuccess } from '../../support/until-success.js';

const dayMs = 24 * 60 * 60_000;
const daysAgo = (days: number) => new Date(Date.now() - days * dayMs);

let at: TestGateway;
let worker: Worker;
let session: Session;
beforeAll(async () => {
  at = await openTestGateway({ expiryCheckMs: 50, env: { EXECUTION_RETENTION_DAYS: '3' } });
  const { id: userId } = await makeUser(at);
  ({ worker, session } = await makeRuntime(at, { userId }));
});
afterAll(() => at.close());

/** A run of so many cells that ended days ago, or goes on, and the ids of its executions, which ended as long ago. */
async function runOf(
  { cells = 1, ended, cellsEnded = ended! }: { cells?: number; ended?: number; cellsEnded?: number },
  more: Partial<Omit<NotebookRun, 'truncatedCells'>> = {},
): Promise<{ id: string; executions: string[] }> {
  const executions: string[] = [];
  for (let count = 0; count < cells; count++) {
    const finishedAt = daysAgo(cellsEnded);
    executions.push((await makeExecution(at, { session, status: 'ok', finishedAt })).id);
  }
  const finishedAt = ended === undefined ? null : daysAgo(ended);
  const status = ended === undefined ? 'running' : 'cancelled';
  const data = { finishedAt, status, ...more } as const;
  return { ...(await makeRun(at, worker, { cells: executions, data })), executions };
}
const countOf = async ({ id, executions }: { id: string; executions: string[] }) => {
  const { prisma } = at.gateway.services;
  return {
    runs: await prisma.notebookRun.count({ where: { id } }),
    cells: await prisma.notebookRunCell.count({ where: { runId: id } }),
    executions: await prisma.execution.count({ where: { id: { in: executions } } }),
  };
};
const untilGone = (run: { id: string; executions: string[] }) =>
  untilSuccess('the removal of the run', 20_000, async () =>
    expect(await countOf(run)).toEqual({ runs: 0, cells: 0, executions: 0 }),
  );

it('after twice the days of retention a run is gone with its cells and their executions', async () => {
  const old = await runOf({ cells: 60, ended: 6.1 });
  await untilGone(old);
  expect((await at.rest('GET', `/runs/${old.id}`)).status).toBe(404);
});

it('a newer run can be read with the notebook that was not saved, when older ones are gone', async () => {
  const saveErrorCode = 'base_sha_conflict';
  const newer = await runOf({ ended: 5.9 }, { status: 'ok', saveErrorCode, saveErrorDetail: 'It moved on.' });
  await untilGone(await runOf({ ended: 6.1 }));
  const { status, body } = await at.rest('GET', `/runs/${newer.id}`);
  expect(status).toBe(200);
  expect(body).toMatchObject({ save_error: { code: saveErrorCode }, notebook: { nbformat: 4 } });
  expect(body.cells.items[0].execution.status).toBe('ok');
});

it('a run that has not ended keeps the executions of its first cells, however old they are', async () => {
  const running = await runOf({ cells: 2, cellsEnded: 100 });
  const old = await makeExecution(at, { session, status: 'ok', finishedAt: daysAgo(99) });
  const { prisma } = at.gateway.services;
  await untilSuccess('the removal of an execution of no run', 20_000, async () =>
    expect(await prisma.execution.count({ where: { id: old.id } })).toBe(0),
  );
  expect(await countOf(running)).toEqual({ runs: 1, cells: 2, executions: 2 });
});

it('a run whose log is read is removed when the reader has left', async () => {
  const { executionLog, prisma } = at.gateway.services;
  const read = await runOf({ ended: 1 });
  const reading = executionLog.follow(read.executions[0]!, 0);
  await reading.next();
  const finishedAt = daysAgo(6.1);
  await prisma.notebookRun.update({ where: { id: read.id }, data: { finishedAt } });
  await untilGone(await runOf({ ended: 6.1 }));
  await sleep(150);
  expect(await countOf(read)).toEqual({ runs: 1, cells: 1, executions: 1 });
  await reading.return?.();
  await prisma.execution.updateMany({ where: { id: { in: read.executions } }, data: { finishedAt } });
  await untilGone(read);
});
