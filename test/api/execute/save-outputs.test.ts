import { describe, expect, it, vi } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { OutputsSaver } from '../../../src/executions/outputs-saver.js';
import { answerInput } from '../../support/answer-input.js';
import { codeCell, codeNotebook } from '../../support/factories/code-notebook.js';
import { makeToken } from '../../support/factories/make-token.js';
import { makeUser } from '../../support/factories/make-user.js';
import { at, openSession, run, session, setUpKernels } from './kernel-fixture.js';

setUpKernels();

// Each test starts a kernel, and large notebooks a thread.
vi.setConfig({ testTimeout: 90_000 });

const file = `/workspaces/${demo.workspaceId}/authoring-file`;
const read = async (path: string) => (await at.rest('GET', `${file}?path=${path}&branch=main`)).body;
const save = (path: string, cells: object[]) =>
  at.rest('PUT', file, { body: { path, notebook: codeNotebook(cells) } });
const executionOf = async (response: Response, id: string) =>
  (await at.rest('GET', `/sessions/${id}/executions/${response.headers.get('x-execution-id')}`)).body;
const versionsOf = async (path: string) =>
  (await at.rest('GET', `/documents/${(await read(path)).notebook_id}/versions`)).body.items;

async function open(name: string, cells: object[]): Promise<{ path: string; id: string }> {
  const path = `notebooks/${name}.ipynb`;
  const made = await at.rest('POST', `${file}s`, { body: { path, notebook: codeNotebook(cells) } });
  expect(made.status).toBe(201);
  return { path, id: (await openSession(path)).body.id };
}

/** Runs a cell with `save_outputs` and waits for the end of the save. */
async function runAndSave(id: string, cell_id: string, code: string, meanwhile?: () => Promise<unknown>) {
  const response = await run(code, { cell_id, save_outputs: true }, id);
  if (meanwhile) {
    await meanwhile();
    await answerInput(at, response.headers.get('x-execution-id')!, 'read');
  }
  await response.text();
  await expect
    .poll(async () => (await executionOf(response, id)).outputs_save.status, { timeout: 20_000 })
    .not.toBe('pending');
  return executionOf(response, id);
}

describe('a run with save_outputs', () => {
  const shows = "print('shown')\n1.0";

  it('puts its outputs and its count into its cell with one commit, as its execution has them', async () => {
    const { path, id } = await open('saved', [codeCell('one', shows), codeCell('two', 'pass')]);
    const execution = await runAndSave(id, 'one', shows);
    const saved = await read(path);
    expect(execution.outputs_save).toEqual({ status: 'saved', commit_sha: saved.commit_sha, error: null });
    expect(execution.outputs).toHaveLength(2);
    expect(saved.notebook.cells[0]).toMatchObject({
      outputs: execution.outputs,
      execution_count: execution.execution_count,
    });
    expect(saved.notebook.cells[1]).toEqual(codeCell('two', 'pass'));
    const versions = await versionsOf(path);
    expect(versions).toHaveLength(2);
    expect(versions[0].commit_message).toBe(`Save the outputs of cell one\n\nExecution: ${execution.id}`);
  });

  it('says in the commit that some of its outputs were lost', async () => {
    const code =
      "import comm\ncomm.create_comm(target_name='t').send({}, buffers=[bytes(49 * 1024 * 1024)])\nprint('on')";
    const { path, id } = await open('lost', [codeCell('one', code)]);
    const execution = await runAndSave(id, 'one', code);
    expect(execution).toMatchObject({ truncated: true, outputs_save: { status: 'saved' } });
    const [version] = await versionsOf(path);
    expect(version.commit_message).toBe(
      'Save the outputs of cell one\n\nSome of the outputs are missing: they were cut or lost.\n\n' +
        `Execution: ${execution.id}`,
    );
  });

  it('keeps what others saved meanwhile, also in a large notebook', async () => {
    const large = codeCell('large', `'${'x'.repeat(600_000)}'`);
    const code = 'print(input())';
    const { path, id } = await open('merged', [codeCell('one', code)]);
    const others = [codeCell('new', '2'), codeCell('one', code), large];
    const execution = await runAndSave(id, 'one', code, () => save(path, others));
    expect(execution.outputs_save.status).toBe('saved');
    const { cells } = (await read(path)).notebook;
    expect(cells.map((cell: any) => cell.id)).toEqual(['new', 'one', 'large']);
    expect(cells[1].outputs).toEqual([{ output_type: 'stream', name: 'stdout', text: 'read\n' }]);
  });

  it('leaves a cell with another source and says so, and its outputs stay with the execution', async () => {
    const code = 'print(input())';
    const { path, id } = await open('changed', [codeCell('one', code), codeCell('two', code)]);
    const changed = await runAndSave(id, 'one', code, () => save(path, [codeCell('one', '3')]));
    expect(changed.outputs_save).toMatchObject({ status: 'failed', error: { code: 'source_mismatch' } });
    expect(changed.outputs).toMatchObject([{ text: 'read\n' }]);
    const gone = await runAndSave(id, 'two', "print('gone')");
    expect(gone.outputs_save).toMatchObject({ status: 'failed', error: { code: 'not_found' } });
    expect((await read(path)).notebook.cells).toEqual([codeCell('one', '3')]);
  });

  it('saves what a failing cell printed, and nothing of a cell that did not run', async () => {
    const { path, id } = await open('failing', [codeCell('one', '1 / 0'), codeCell('two', '2')]);
    const [failed, aborted] = await Promise.all([runAndSave(id, 'one', '1 / 0'), runAndSave(id, 'two', '2')]);
    expect(failed.outputs_save.status).toBe('saved');
    expect((await read(path)).notebook.cells[0].outputs[0].ename).toBe('ZeroDivisionError');
    if (aborted.status === 'aborted')
      expect(aborted.outputs_save).toEqual({ status: 'skipped', commit_sha: null, error: null });
    else expect(aborted.outputs_save.status).toBe('saved');
  });

  it('saves once, also when a process ended between the commit and its note', async () => {
    const { path, id } = await open('once', [codeCell('one', "'once'")]);
    const execution = await runAndSave(id, 'one', "'once'");
    const cleared = [codeCell('one', "'once'")];
    expect((await save(path, cleared)).status).toBe(200);
    const { services } = at.gateway;
    const where = { executionId: execution.id };
    await services.prisma.outputsSave.update({ where, data: { status: 'pending', commitOid: null } });
    const next = new OutputsSaver(services);
    await next.resume();
    await expect
      .poll(() => services.prisma.outputsSave.findUnique({ where }), { timeout: 20_000 })
      .toMatchObject({ status: 'saved', commitOid: execution.outputs_save.commit_sha });
    await next.close();
    expect((await read(path)).notebook.cells).toEqual(cleared);
  });

  it('saves also when users have mentioned its execution in commits of their own', async () => {
    const { path, id } = await open('mentioned', [codeCell('one', "'mine'")]);
    const response = await run("'mine'", { cell_id: 'one' }, id);
    await response.text();
    const executionId = response.headers.get('x-execution-id')!;
    const line = `Execution: ${executionId}`;
    const other = codeNotebook([codeCell('one', "'mine'"), codeCell('two', '2')]);
    const body = { path, notebook: other, commit_message: `See below\n\n${line}\n\nIt has ended.` };
    expect((await at.rest('PUT', file, { body })).status).toBe(200);
    const { services } = at.gateway;
    const person = { name: 'Ada', email: 'ada@example.com' };
    const git = await services.git.repository(demo.repositoryId);
    const copied = codeNotebook([codeCell('one', "'mine'"), codeCell('three', '3')]);
    await git.commit({
      ...{ branch: 'main', author: person, committer: person, message: `Copied\n\n${line}` },
      changes: [{ kind: 'save', path, bytes: Buffer.from(JSON.stringify(copied)) }],
    });
    const row = { executionId, status: 'pending' } as const;
    await services.prisma.outputsSave.create({ data: row });
    const next = new OutputsSaver(services);
    await next.resume();
    const where = { executionId };
    const saved = () => services.prisma.outputsSave.findUnique({ where });
    await expect.poll(saved, { timeout: 20_000 }).toMatchObject({ status: 'saved' });
    await next.close();
    const { notebook, commit_sha } = await read(path);
    expect(commit_sha).toBe((await saved())!.commitOid);
    expect(notebook.cells.map(({ outputs }: any) => outputs.length)).toEqual([1, 0]);
  });

  it('the same execution_id with another save_outputs is another request', async () => {
    const { id } = await open('again', [codeCell('one', '4')]);
    const execution_id = '6b3f5f0e-4d1c-4b0a-9d59-f6b1f0a1c001';
    await (await run('4', { cell_id: 'one', save_outputs: true, execution_id }, id)).text();
    expect((await run('4', { cell_id: 'one', save_outputs: true, execution_id }, id)).status).toBe(200);
    expect((await run('4', { cell_id: 'one', execution_id }, id)).status).toBe(409);
  });
});

describe('a batch with save_outputs', () => {
  const batch = (id: string, cells: object[], token?: string) =>
    at.rest('POST', `/sessions/${id}/execute/batch`, { body: { cells }, ...(token ? { token } : {}) });
  const executionsOf = async (sessionId: string, ids: string[]) =>
    Promise.all(
      ids.map(async (id) => (await at.rest('GET', `/sessions/${sessionId}/executions/${id}`)).body),
    );

  it('puts the outputs of those cells that ask for it into the notebook, each with a commit of its own', async () => {
    const codes = { one: "print('one')", two: "print('two')", three: '3 / 0', four: '4' };
    const cells = Object.entries(codes).map(([cell_id, code]) => ({ cell_id, code }));
    const { path, id } = await open(
      'batch',
      cells.map(({ cell_id, code }) => codeCell(cell_id, code)),
    );
    const asked = cells.map((cell) => ({ ...cell, save_outputs: cell.cell_id !== 'two' }));
    const queued = await batch(id, asked);
    expect(queued.status).toBe(201);
    const ids = queued.body.executions.map((one: { id: string }) => one.id);
    const statuses = async () =>
      (await executionsOf(id, ids)).map(({ outputs_save }) => outputs_save?.status ?? null);
    await expect.poll(statuses, { timeout: 60_000 }).toEqual(['saved', null, 'saved', 'skipped']);
    const [one, two, three] = await executionsOf(id, ids);
    expect(two.outputs).toMatchObject([{ text: 'two\n' }]);
    const { notebook, commit_sha } = await read(path);
    expect(notebook.cells.map((cell: any) => cell.outputs)).toEqual([one.outputs, [], three.outputs, []]);
    expect(three.outputs_save.commit_sha).toBe(commit_sha);
    const messages = (await versionsOf(path)).map((version: any) => version.commit_message);
    expect(messages.slice(0, 2)).toEqual([
      `Save the outputs of cell three\n\nExecution: ${three.id}`,
      `Save the outputs of cell one\n\nExecution: ${one.id}`,
    ]);
    expect(messages).toHaveLength(3);
  });

  it('does the same over GraphQL', async () => {
    const { path, id } = await open('batch-graph', [codeCell('one', '11'), codeCell('two', '22')]);
    const mutation = `mutation ($id: ID!, $input: ExecuteCellsInput!) {
      executeCells(spaceSlug: "demo", sessionId: $id, input: $input) { executions { id outputsSave { status } } } }`;
    const cells = [
      { cellId: 'one', code: '11', saveOutputs: true },
      { cellId: 'two', code: '22', saveOutputs: null },
    ];
    const { data } = await at.graphql(mutation, { id, input: { cells } });
    const saves = data.executeCells.executions.map((one: any) => one.outputsSave !== null);
    expect(saves).toEqual([true, false]);
    await expect
      .poll(async () => (await read(path)).notebook.cells.map((cell: any) => cell.execution_count), {
        timeout: 60_000,
      })
      .toEqual([1, null]);
  });

  it('needs what one cell needs, names each cell that lacks it, and queues nothing then', async () => {
    const { prisma } = at.gateway.services;
    const { userId } = await prisma.session.findUniqueOrThrow({ where: { id: session } });
    const count = () => prisma.execution.count({ where: { sessionId: session } });
    const before = await count();
    const fault = await batch(session, [
      { code: '1' },
      { code: '2', save_outputs: true },
      { code: '3', cell_id: 'hello', save_outputs: true },
      { code: '4', save_outputs: true },
    ]);
    expect(fault.body.errors.map(({ loc }: any) => loc)).toEqual([
      ['body', 'cells', 1, 'cell_id'],
      ['body', 'cells', 3, 'cell_id'],
    ]);
    const bare = (await at.rest('POST', '/sessions', { body: { workspace_id: demo.workspaceId } })).body.id;
    expect(await batch(bare, [{ code: '1', cell_id: 'one', save_outputs: true }])).toMatchObject({
      status: 400,
      body: { errors: [{ loc: ['body', 'cells', 0, 'save_outputs'] }] },
    });
    const token = await makeToken(at, { userId, scopes: ['read', 'execute'] });
    const cell = { code: '1', cell_id: 'hello' };
    expect(await batch(session, [{ ...cell, save_outputs: true }], token)).toMatchObject({
      status: 403,
      body: { code: 'insufficient_scope' },
    });
    expect(await count()).toBe(before);
    expect((await batch(session, [{ ...cell, save_outputs: false }], token)).status).toBe(201);
  });
});

describe('a request for save_outputs', () => {
  const refused = async (more: object, id = session, token?: string) => {
    const body = { code: '1', cell_index: 0, save_outputs: true, ...more };
    return at.rest('POST', `/sessions/${id}/execute/stream`, { body, ...(token ? { token } : {}) });
  };

  it('needs a cell id, and a session that has a notebook', async () => {
    expect(await refused({})).toMatchObject({
      status: 400,
      body: { errors: [{ loc: ['body', 'cell_id'] }] },
    });
    const body = { workspace_id: demo.workspaceId };
    const bare = (await at.rest('POST', '/sessions', { body })).body.id;
    expect(await refused({ cell_id: 'one' }, bare)).toMatchObject({
      status: 400,
      body: { errors: [{ loc: ['body', 'save_outputs'] }] },
    });
  });

  it('needs the scope write, and a branch that the caller may write to', async () => {
    const { userId } = await at.gateway.services.prisma.session.findUniqueOrThrow({ where: { id: session } });
    const token = await makeToken(at, { userId, scopes: ['read', 'execute'] });
    expect(await refused({ cell_id: 'one' }, session, token)).toMatchObject({
      status: 403,
      body: { code: 'insufficient_scope' },
    });
    const editor = await makeUser(at, { role: 'editor' });
    const mine = await at.rest('POST', '/sessions', {
      body: { workspace_id: demo.workspaceId, path: 'notebooks/welcome.ipynb' },
      token: editor.token,
    });
    const { prisma } = at.gateway.services;
    const branch = { repositoryId: demo.repositoryId, name: 'main' };
    await prisma.protectedBranch.create({ data: branch });
    expect(await refused({ cell_id: 'hello' }, mine.body.id, editor.token)).toMatchObject({
      status: 403,
      body: { code: 'branch_protected' },
    });
    await prisma.protectedBranch.delete({ where: { repositoryId_name: branch } });
  });
});
