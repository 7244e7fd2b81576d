import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { openExternalBackend } from '../../../src/workers/backends/external/open-external-backend.js';
import { answerInput } from '../../support/answer-input.js';
import { codeCell, codeNotebook } from '../../support/factories/code-notebook.js';
import { eventfulNotebook } from '../../support/factories/eventful-notebook.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';
import { testPython } from '../../support/jupyter.js';
import { comparableCells, runWithNbclient } from '../../support/nbclient.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway({
    backends: (dataDir) => [openExternalBackend({ stateRoot: join(dataDir, 'workers'), python: testPython })],
  });
});
afterAll(async () => {
  const { prisma, workers } = at.gateway.services;
  for (const { id } of await prisma.worker.findMany()) await workers.stop(id);
  await at.close();
});

const files = `/workspaces/${demo.workspaceId}/authoring-file`;
const read = async (path: string, ref = 'main') =>
  (await at.rest('GET', `${files}?path=${path}&ref=${ref}`)).body;

async function create(
  name: string,
  notebook: object,
): Promise<{ path: string; sha: string; commit_sha: string }> {
  const path = `runs/${name}.ipynb`;
  const made = await at.rest('POST', `${files}s`, { body: { path, notebook } });
  expect(made.status).toBe(201);
  return made.body;
}

const fields = `id status error { code detail } sessionId commitSha savedCommitSha saveBranch savePath
  saveError { code detail } truncatedCells startedAt finishedAt parameters
  cells { nodes { position cellIndex cellId execution { id status executionCount } } }`;

async function begin(input: object): Promise<any> {
  const { data, errors } = await at.graphql(
    `mutation($input: RunNotebookInput!) { runNotebook(spaceSlug: "demo", input: $input) { ${fields} } }`,
    { input: { workspaceId: demo.workspaceId, ...input } },
  );
  if (errors) throw Object.assign(new Error(errors[0].message), errors[0].extensions);
  return data.runNotebook;
}
const readRun = async (id: string, more = '') => {
  const { data, errors } = await at.graphql(
    `query($id: ID!) { space(slug: "demo") { notebookRun(id: $id) { ${fields} ${more} } } }`,
    { id },
  );
  expect(errors).toBeUndefined();
  return data.space.notebookRun;
};
async function ended(id: string): Promise<any> {
  await expect
    .poll(async () => (await readRun(id)).finishedAt, { timeout: 90_000, interval: 200 })
    .not.toBeNull();
  return readRun(id, 'notebook');
}
const runAll = async (input: object) => ended((await begin(input)).id);

/** The cells of a notebook that nbclient has run, as the gateway answers them. */
async function cellsOfNbclient(notebook: object) {
  const ran = await runWithNbclient(notebook);
  return (await create('nbclient', ran).then(({ path }) => read(path))).notebook.cells;
}

describe('runNotebook', () => {
  it('gives the outputs that nbclient gives, and saves them instead of the notebook with one commit', async () => {
    const notebook = eventfulNotebook();
    const { path, commit_sha } = await create('eventful', notebook);
    const [run, cells] = await Promise.all([runAll({ path }), cellsOfNbclient(notebook)]);
    expect(run).toMatchObject({ status: 'error', error: null, saveError: null, commitSha: commit_sha });
    expect(run.truncatedCells).toEqual([]);
    const saved = await read(path);
    expect(saved.commit_sha).toBe(run.savedCommitSha);
    expect(comparableCells(saved.notebook.cells)).toEqual(comparableCells(cells));
    expect(run.notebook).toEqual(saved.notebook);
    const statuses = run.cells.nodes.map(({ execution }: any) => execution?.status ?? null);
    expect(statuses.slice(-4)).toEqual(['error', 'ok', 'error', null]);
    const { notebook_run: provenance, ...metadata } = saved.notebook.metadata;
    expect(metadata).toEqual(notebook.metadata);
    expect(provenance).toMatchObject({
      ...{ run_id: run.id, path, ref: 'main', commit_sha, status: 'error', kernel_name: 'python3' },
      ...{ started_at: run.startedAt, finished_at: run.finishedAt },
      ...{ user: { name: expect.any(String) }, truncated_cells: [] },
      duration_ms: new Date(run.finishedAt).getTime() - new Date(run.startedAt).getTime(),
    });
  });

  it('sets parameters as papermill does, replaces them in the next run, and saves where it is asked to', async () => {
    const cells = [
      codeCell('title', "'title'"),
      codeCell('defaults', "alpha = 1\nname = 'none'", { metadata: { tags: ['parameters'] } }),
      codeCell('shows', 'print(alpha, name, more)'),
    ];
    const { path } = await create('parameters', codeNotebook(cells));
    const saveTo = { path: 'runs/parameters.out.ipynb' };
    const parameters = { alpha: 2.5, name: 'a "b"\n\\', more: [true, null, { x: 'ü' }] };
    const first = await runAll({ path, parameters, saveTo });
    expect(first).toMatchObject({ status: 'ok', savePath: saveTo.path, parameters });
    const out = (await read(saveTo.path)).notebook;
    expect(out.cells.map(({ id }: any) => id)).toEqual(['title', 'defaults', 'injected-parameters', 'shows']);
    expect(out.cells[2].metadata).toEqual({ tags: ['injected-parameters'] });
    expect(out.cells[3].outputs[0].text).toBe(`2.5 a "b"\n\\ [True, None, {'x': 'ü'}]\n`);
    expect((await read(path)).notebook.cells).toEqual(cells);
    const again = await runAll({ path: saveTo.path, parameters: { alpha: 3, name: '', more: 0 } });
    expect(again.status).toBe('ok');
    const replaced = (await read(saveTo.path)).notebook.cells;
    expect(replaced.map(({ id }: any) => id)).toEqual(['title', 'defaults', 'injected-parameters', 'shows']);
    expect(replaced[3].outputs[0].text).toBe('3  0\n');
  });

  it('keeps the outputs where the file has moved on meanwhile, and says why they are not saved', async () => {
    const { path } = await create('moved', codeNotebook([codeCell('one', 'print(input())')]));
    const { id } = await begin({ path });
    const other = codeNotebook([codeCell('one', "'another'")]);
    expect((await at.rest('PUT', files, { body: { path, notebook: other } })).status).toBe(200);
    const executionOf = async () => (await readRun(id)).cells.nodes[0].execution?.id;
    await expect.poll(executionOf, { timeout: 60_000 }).toBeTruthy();
    await answerInput(at, await executionOf(), 'kept');
    const run = await ended(id);
    expect(run).toMatchObject({
      status: 'ok',
      savedCommitSha: null,
      saveError: { code: 'base_sha_conflict' },
    });
    expect(run.notebook.cells[0].outputs).toMatchObject([{ text: 'kept\n' }]);
    expect((await read(path)).notebook).toEqual(other);
    await expect(begin({ path, ref: run.commitSha })).rejects.toMatchObject({ code: 'base_sha_conflict' });
  });

  it('runs a range in a session that is named, which stays', async () => {
    const cells = ['first', 'second', 'third'].map((id) =>
      codeCell(id, `seen = [*globals().get('seen', []), '${id}']`),
    );
    const { path } = await create('range', codeNotebook([...cells, codeCell('shows', 'seen')]));
    const session = (await at.rest('POST', '/sessions', { body: { workspace_id: demo.workspaceId, path } }))
      .body;
    const run = await runAll({ path, sessionId: session.id, firstCell: 1, lastCell: 3 });
    expect(run).toMatchObject({ status: 'ok', sessionId: session.id });
    const shown = (await read(path)).notebook.cells;
    expect(shown[3].outputs[0].data['text/plain']).toBe("['second', 'third']");
    expect(shown[0].execution_count).toBeNull();
    expect((await at.rest('GET', `/sessions/${session.id}`)).body.status).toBe('idle');
  });

  it('does not change the saved notebook when a cell prints after that', async () => {
    const code = [
      'import threading, time',
      'def late():',
      "    print('soon', flush=True)",
      '    time.sleep(6)',
      "    print('too late', flush=True)",
      'threading.Thread(target=late).start()',
    ];
    const cells = [codeCell('one', code.join('\n')), codeCell('two', 'time.sleep(1)')];
    const { path } = await create('late', codeNotebook(cells));
    const session = (await at.rest('POST', '/sessions', { body: { workspace_id: demo.workspaceId, path } }))
      .body;
    const run = await runAll({ path, sessionId: session.id });
    expect(run).toMatchObject({ status: 'ok', saveError: null });
    const outputsOf = async () => (await read(path)).notebook.cells.flatMap(({ outputs }: any) => outputs);
    const saved = await outputsOf();
    expect(saved.map(({ text }: any) => text).join('')).toBe('soon\n');
    const { prisma, executionLog } = at.gateway.services;
    const ids = run.cells.nodes.map(({ execution }: any) => execution.id);
    const late = async () => {
      const logs = await Promise.all(ids.map((id: string) => executionLog.read(id, 0, 100)));
      return logs.flat().some(({ event }) => event.late && 'text' in event && event.text === 'too late\n');
    };
    await expect.poll(late, { timeout: 20_000 }).toBe(true);
    expect(await outputsOf()).toEqual(saved);
    expect((await read(path)).commit_sha).toBe(run.savedCommitSha);
    expect(await prisma.notebookRun.findUnique({ where: { id: run.id } })).toMatchObject({ notebook: null });
  });

  it('of a schedule is the same run, as its user, when the gateway sees that it is due', async () => {
    const { path } = await create('scheduled', codeNotebook([codeCell('one', 'print(6 * 7)')]));
    const body = { workspace_id: demo.workspaceId, path, cron: '0 5 29 2 *', time_zone: 'Europe/Berlin' };
    const made = (await at.rest('POST', '/schedules', { body })).body;
    const { prisma } = at.gateway.services;
    // Nothing waits for that day, and no other time is due in between.
    const nextDueAt = new Date(Date.now() - 60_000);
    await prisma.schedule.update({ where: { id: made.id }, data: { nextDueAt } });
    const lastRun = async () => (await at.rest('GET', `/schedules/${made.id}`)).body.last_run_id;
    await expect.poll(lastRun, { timeout: 20_000 }).not.toBeNull();
    await at.rest('DELETE', `/schedules/${made.id}`);
    const [row] = await prisma.notebookRun.findMany({ where: { path }, orderBy: { createdAt: 'asc' } });
    expect(row).toMatchObject({ userId: made.user_id, dueAt: nextDueAt });
    const run = await ended(row!.id);
    expect(run).toMatchObject({ status: 'ok', saveError: null });
    expect((await read(path)).notebook.cells[0].outputs[0].text).toBe('42\n');
  });

  it('ends when it is cancelled and when its time has passed, and its own session ends with it', async () => {
    const slow = codeNotebook([codeCell('one', "print('begun', flush=True)\nimport time\ntime.sleep(100)")]);
    const { path } = await create('slow', slow);
    const { id } = await begin({ path });
    const begun = async () => (await readRun(id, 'notebook')).notebook.cells[0].outputs.length;
    await expect.poll(begun, { timeout: 60_000 }).toBe(1);
    const cancel = 'mutation($id: ID!) { cancelNotebookRun(id: $id) { id } }';
    expect((await at.graphql(cancel, { id })).errors).toBeUndefined();
    const cancelled = await ended(id);
    expect(cancelled).toMatchObject({ status: 'cancelled', savedCommitSha: null, saveError: null });
    expect(cancelled.notebook.cells[0].outputs[0].text).toBe('begun\n');
    expect((await at.rest('GET', `/sessions/${cancelled.sessionId}`)).status).toBe(404);
    expect((await at.graphql(cancel, { id })).errors![0].extensions.code).toBe('execution_finished');
    const late = await runAll({ path, timeoutSeconds: 15 });
    expect(late).toMatchObject({ status: 'timed_out', saveError: null });
    expect((await read(path)).commit_sha).toBe(late.savedCommitSha);
  });

  it('ends when the event of its cancel was missed, as soon as that is known', async () => {
    const { path } = await create('missed', codeNotebook([codeCell('one', 'import time\ntime.sleep(100)')]));
    const { id } = await begin({ path });
    const started = async () => (await readRun(id)).cells.nodes[0].execution?.status;
    await expect.poll(started, { timeout: 60_000 }).toBe('running');
    const { prisma, bus } = at.gateway.services;
    await prisma.notebookRun.update({ where: { id }, data: { cancelledAt: new Date() } });
    bus.reportMissed(new Date());
    expect(await ended(id)).toMatchObject({ status: 'cancelled' });
  });
});

describe('a request to run a notebook', () => {
  const refused = (input: object) =>
    begin(input).then(
      () => null,
      (error) => error,
    );

  it('names what is wrong with it', async () => {
    const { path } = await create('checked', codeNotebook([codeCell('one', '1')]));
    const wrong: [object, string][] = [
      [{ path, firstCell: 1 }, 'firstCell'],
      [{ path, lastCell: 1 }, 'lastCell'],
      [{ path, timeoutSeconds: 0 }, 'timeoutSeconds'],
      [{ path, parameters: [1] }, 'parameters'],
      [{ path, parameters: { 'a b': 1 } }, 'parameters'],
      [{ path, sessionId: demo.workspaceId }, 'sessionId'],
      [{ path, sessionId: '' }, 'sessionId'],
      [{ path, kernelProfileId: 'none' }, 'kernelProfileId'],
    ];
    for (const [input, field] of wrong) {
      const error = await refused(input);
      expect(error?.code, field).toBe('invalid_request');
      expect(error.errors[0].path.join('.')).toBe(field);
    }
    const otherKinds: [object, string][] = [
      [{ path: 'runs/a.py' }, 'path'],
      [{ path, saveTo: { path: 'a.txt' } }, 'saveTo.path'],
    ];
    for (const [input, field] of otherKinds)
      expect(await refused(input)).toMatchObject({
        code: 'invalid_path',
        errors: [{ path: field.split('.'), type: 'kind_mismatch' }],
      });
    const together = { path: 'a.py', timeoutSeconds: 0, saveTo: { path: 'a:b.ipynb', branch: 'a..b' } };
    expect((await refused(together)).errors.map(({ path: at }: any) => at.join('.'))).toEqual([
      'path',
      'timeoutSeconds',
      'saveTo.path',
      'saveTo.branch',
    ]);
    expect((await refused({ path: 'runs/none.ipynb' })).code).toBe('not_found');
    expect((await refused({ path, ref: 'none' })).code).toBe('not_found');
  });
});
