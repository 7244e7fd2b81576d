import { createHash, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { makeUser } from '../../support/factories/make-user.js';
import { readEvents } from '../../support/sse.js';
import { at, openSession, run, runAll, session, setUpKernels, stream, textOf } from './kernel-fixture.js';

setUpKernels();

const batch = (cells: object[], more: object = {}, id = session) =>
  at.rest('POST', `/sessions/${id}/execute/batch`, { body: { cells, ...more } });
const eventsOf = async (executionId: string, id = session) =>
  readEvents(await stream(`/sessions/${id}/executions/${executionId}/stream`, {}));
const countOf = () => at.gateway.services.prisma.execution.count({ where: { sessionId: session } });
const shaOf = (source: string) => createHash('sha256').update(source).digest('hex');

describe('a batch of cells', () => {
  it('runs in its order, with no run of others in between', async () => {
    const slow = { code: 'import time\ntime.sleep(0.5)\norder = []' };
    const cells = Array.from({ length: 20 }, (_, at) => ({ code: `order.append(${at})`, cell_index: at }));
    const [queued, other] = await Promise.all([
      batch([slow, ...cells]),
      // Sent once the batch is queued: it runs behind it.
      expect
        .poll(async () => (await at.gateway.services.prisma.execution.findMany()).length)
        .toBeGreaterThan(20)
        .then(() => runAll('print(order)')),
    ]);
    expect(queued.status).toBe(201);
    expect(queued.body.executions.map((one: any) => one.code)).toEqual(
      [slow, ...cells].map(({ code }) => code),
    );
    expect(textOf(other)).toBe(`[${Array.from({ length: 20 }, (_, index) => index).join(', ')}]\n`);
    const last = await eventsOf(queued.body.executions.at(-1).id);
    expect(last.at(-1)).toMatchObject({ event: 'final_response', data: { status: 'ok', cell_index: 19 } });
  });

  it('ends as aborted behind an error, unless it is to go on', async () => {
    const cells = [{ code: '1 / 0' }, { code: "print('next')" }];
    const statuses = async (more: object) => {
      const { executions } = (await batch(cells, more)).body;
      const events = await Promise.all(executions.map(({ id }: { id: string }) => eventsOf(id)));
      return events.map((one) => one.at(-1)!.data.status);
    };
    expect(await statuses({})).toEqual(['error', 'aborted']);
    expect(await statuses({ stop_on_error: false })).toEqual(['error', 'ok']);
  });

  it('is queued whole or not at all: every fault is named, and nothing runs', async () => {
    const before = await countOf();
    const refused = await batch([{ code: '1' }, { code: '2', cell_index: -1 }, { code: 3 }]);
    expect(refused.status).toBe(400);
    expect(refused.body.errors.map(({ loc }: any) => loc)).toEqual([
      ['body', 'cells', 1, 'cell_index'],
      ['body', 'cells', 2, 'code'],
    ]);
    expect((await batch([])).body.errors).toMatchObject([{ loc: ['body', 'cells'] }]);
    expect((await batch(Array.from({ length: 501 }, () => ({ code: '1' })))).status).toBe(400);
    const { token } = await makeUser(at, { role: 'viewer' });
    const body = { cells: [{ code: '1' }] };
    expect((await at.rest('POST', `/sessions/${session}/execute/batch`, { body, token })).status).toBe(403);
    expect(await countOf()).toBe(before);
  });

  it('is refused where the queue has no room for it, also beside others that are sent at the same time', async () => {
    const path = 'notebooks/full-queue.ipynb';
    const created = await at.rest('POST', `/workspaces/${demo.workspaceId}/authoring-files`, {
      body: { path },
    });
    expect(created.status).toBe(201);
    const { id } = (await openSession(path)).body;
    const { prisma } = at.gateway.services;
    const count = (status: 'running' | 'queued') =>
      prisma.execution.count({ where: { sessionId: id, status } });
    await batch([{ code: 'import time\ntime.sleep(600)' }], {}, id);
    await expect.poll(() => count('running')).toBe(1);
    const cells = (length: number) => Array.from({ length }, () => ({ code: '1' }));
    const batches = await Promise.all([400, 400, 400].map((length) => batch(cells(length), {}, id)));
    expect(batches.map(({ status }) => status).sort()).toEqual([201, 201, 409]);
    expect(batches.find(({ status }) => status === 409)!.body.code).toBe('quota_exceeded');
    expect((await batch(cells(199), {}, id)).status).toBe(201);
    const alone = await Promise.all([1, 2, 3].map(() => run('1', {}, id)));
    expect(alone.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    expect(await count('queued')).toBe(1_000);
    expect((await at.rest('DELETE', `/sessions/${id}`)).status).toBe(204);
    for (const response of alone) await response.text();
  }, 120_000);

  it('sent again with its key is the same batch', async () => {
    const headers = { 'idempotency-key': 'one-batch' };
    const send = () =>
      at.rest('POST', `/sessions/${session}/execute/batch`, { body: { cells: [{ code: '5' }] }, headers });
    const first = await send();
    const before = await countOf();
    expect((await send()).body.executions[0].id).toBe(first.body.executions[0].id);
    expect(await countOf()).toBe(before);
  });
});

describe('a batch whose cells have ids of the client', () => {
  const withIds = (...codes: string[]) => codes.map((code) => ({ code, execution_id: randomUUID() }));
  const idsOf = ({ body }: { body: { executions: { id: string }[] } }) => body.executions.map(({ id }) => id);

  it('is the same batch when it is sent again, also at the same time and in capitals', async () => {
    const cells = withIds('twice = 0', 'twice += 1', 'twice');
    const ids = cells.map(({ execution_id }) => execution_id);
    const before = await countOf();
    const answers = await Promise.all([batch(cells), batch(cells), batch(cells)]);
    const shouted = cells.map((cell) => ({ ...cell, execution_id: cell.execution_id.toUpperCase() }));
    for (const answer of [...answers, await batch(shouted)]) {
      expect(answer.status).toBe(201);
      expect(idsOf(answer)).toEqual(ids);
    }
    expect((await eventsOf(ids[2]!)).at(-1)!.data.outputs).toMatchObject([{ data: { 'text/plain': '1' } }]);
    expect(idsOf(await batch(cells))).toEqual(ids);
    expect(await countOf()).toBe(before + 3);
  });

  it('is refused where an id stands for something else, and then nothing is queued', async () => {
    const cells = withIds('1', '2');
    expect((await batch(cells)).status).toBe(201);
    const before = await countOf();
    const others = [
      [...cells, ...withIds('3')],
      [cells[0]!, { ...cells[1]!, code: '3' }],
      [{ ...cells[0]!, cell_index: 4 }, cells[1]!],
    ];
    for (const other of others)
      expect(await batch(other)).toMatchObject({ status: 409, body: { code: 'execution_id_reused' } });
    expect(await batch(cells, { stop_on_error: false })).toMatchObject({ status: 409 });
    expect(await countOf()).toBe(before);
  });

  it('has one for each cell, and none twice', async () => {
    const [first, second] = withIds('1', '2');
    const refused = await batch([first!, { code: '3' }, { ...second!, execution_id: 'no' }, first!]);
    expect(refused.status).toBe(400);
    expect(refused.body.errors.map(({ loc }: any) => loc)).toEqual(
      [1, 2, 3].map((index) => ['body', 'cells', index, 'execution_id']),
    );
  });
});

describe('a cell with the hash of the source that the caller saw', () => {
  it('runs while the notebook on the branch has that source, and is refused once it has another', async () => {
    const path = 'notebooks/batch.ipynb';
    const files = `/workspaces/${demo.workspaceId}/authoring-file`;
    const cell = (id: string, source: string) => ({
      ...{ cell_type: 'code', id, source, metadata: {}, outputs: [], execution_count: null },
    });
    const notebook = (...cells: object[]) => ({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 });
    const code = 'x = "ä"\nx';
    const made = await at.rest('POST', `${files}s`, {
      body: { path, notebook: notebook(cell('one', code), cell('two', '2')) },
    });
    const id = (await openSession(path)).body.id;
    const cells = [
      { code, cell_id: 'one', source_sha: shaOf(code) },
      { code: '2', cell_id: 'two', source_sha: shaOf('2').toUpperCase() },
    ];
    expect((await batch(cells, {}, id)).status).toBe(201);
    const padding = 'x'.repeat(600_000);
    const body = {
      ...{ path, base_sha: made.body.sha },
      notebook: notebook(cell('one', '3'), cell('two', '2'), cell('three', padding)),
    };
    expect((await at.rest('PUT', files, { body })).status).toBe(200);
    const refused = await batch([...cells, { code: '1', cell_id: 'none', source_sha: shaOf('1') }], {}, id);
    expect(refused).toMatchObject({ status: 409, body: { code: 'source_mismatch' } });
    expect(refused.body.errors.map(({ loc }: any) => loc)).toEqual([
      ['body', 'cells', 0, 'source_sha'],
      ['body', 'cells', 2, 'source_sha'],
    ]);
    const large = [{ code: padding, cell_id: 'three', source_sha: shaOf(padding) }];
    expect((await batch(large, {}, id)).status).toBe(201);
  });

  it('needs the id of the cell, and a hash that is one', async () => {
    const refused = await batch([
      { code: '1', source_sha: shaOf('1') },
      { code: '2', source_sha: 'z' },
    ]);
    expect(refused.body.errors.map(({ loc }: any) => loc)).toEqual([
      ['body', 'cells', 0, 'cell_id'],
      ['body', 'cells', 1, 'source_sha'],
    ]);
  });
});
