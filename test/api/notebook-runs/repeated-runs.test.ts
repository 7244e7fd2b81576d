import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { makeUser } from '../../support/factories/make-user.js';
import type { TestGateway } from '../../support/gateway.js';
import { openWaitingGateway, postRun } from './waiting-gateway.js';

let at: TestGateway;
beforeAll(async () => {
  at = await openWaitingGateway();
});
afterAll(() => at.close());

const countOf = (id: string) => at.gateway.services.prisma.notebookRun.count({ where: { id } });

describe('a run with a run_id', () => {
  const asked = () => ({
    run_id: randomUUID(),
    ...{ parameters: { b: 1.5, a: ['x', null] }, last_cell: 0, timeout_seconds: 600 },
    save_to: { path: 'repeated.ipynb' },
  });

  it('sent again is the same run, also with its defaults, in upper case and over GraphQL', async () => {
    const body = asked();
    const first = await postRun(at, body);
    expect([first.status, first.body.id]).toEqual([201, body.run_id]);
    const again = await postRun(at, {
      ...{ ...body, run_id: body.run_id.toUpperCase() },
      ...{ first_cell: 0, ref: null, session_id: null, allow_errors: false },
    });
    expect([again.status, again.body.id]).toEqual([201, body.run_id]);
    const input = {
      ...{ runId: body.run_id, workspaceId: demo.workspaceId, path: demo.notebookPath },
      ...{ parameters: body.parameters, lastCell: 0, timeoutSeconds: 600, saveTo: body.save_to },
    };
    const mutation =
      'mutation($input: RunNotebookInput!) { runNotebook(spaceSlug: "demo", input: $input) { id } }';
    expect((await at.graphql(mutation, { input })).data).toEqual({ runNotebook: { id: body.run_id } });
    expect(await countOf(body.run_id)).toBe(1);
    expect((await at.rest('GET', '/runs')).body.total).toBe(1);
  });

  it('sent again is the same run after its end, also when the notebook is gone', async () => {
    const files = `/workspaces/${demo.workspaceId}/authoring-file`;
    const body = { run_id: randomUUID(), path: 'gone.ipynb' };
    const { sha } = (await at.rest('POST', `${files}s`, { body: { path: body.path } })).body;
    expect((await postRun(at, body)).status).toBe(201);
    expect((await at.rest('POST', `/runs/${body.run_id}/cancel`)).status).toBe(200);
    const statusOf = async () => (await at.rest('GET', `/runs/${body.run_id}`)).body.status;
    await expect.poll(statusOf).toBe('cancelled');
    const query = `path=${body.path}&branch=main&base_sha=${sha}`;
    expect((await at.rest('DELETE', `${files}?${query}`)).status).toBe(200);
    const { status, body: run } = await postRun(at, body);
    expect({ status, run }).toMatchObject({ status: 201, run: { id: body.run_id, status: 'cancelled' } });
    expect((await postRun(at, { path: body.path })).status).toBe(404);
  });

  it('is one run when several requests come together', async () => {
    const body = asked();
    const answers = await Promise.all(Array.from({ length: 8 }, () => postRun(at, body)));
    for (const { status, body: run } of answers) expect([status, run.id]).toEqual([201, body.run_id]);
    expect(await countOf(body.run_id)).toBe(1);
  });

  it('begins when it is sent again, where only the answer of its insert was lost', async () => {
    const body = asked();
    const { services } = at.gateway;
    await postRun(at, body);
    const { prisma } = services;
    const where = { id: body.run_id };
    const row = await prisma.notebookRun.findUniqueOrThrow({ where });
    expect((await at.rest('POST', `/runs/${body.run_id}/cancel`)).status).toBe(200);
    const read = () => prisma.notebookRun.findUniqueOrThrow({ where });
    await expect.poll(async () => (await read()).status).toBe('cancelled');
    // As it is written: no process has begun it.
    const fresh = { status: 'queued', startedAt: null, finishedAt: null, cancelledAt: null } as const;
    await prisma.notebookRun.update({ where, data: { ...fresh, notebook: row.notebook } });
    expect((await postRun(at, body)).status).toBe(201);
    await expect.poll(async () => (await read()).status).toBe('running');
  });

  it.each([
    ['path', { path: 'other.ipynb' }],
    ['ref', { ref: 'main' }],
    ['parameters', { parameters: { a: ['x', null] } }],
    ['cells', { last_cell: null }],
    ['time', { timeout_seconds: 601 }],
    ['save_to', { save_to: { path: 'repeated.ipynb', branch: 'main' } }],
    ['allow_errors', { allow_errors: true }],
  ])('with another %s is refused', async (_what, other) => {
    const body = asked();
    await at.rest('POST', `/workspaces/${demo.workspaceId}/authoring-files`, {
      body: { path: 'other.ipynb' },
    });
    expect((await postRun(at, body)).status).toBe(201);
    const { status, body: refusal } = await postRun(at, { ...body, ...other });
    expect([status, refusal.code]).toEqual([409, 'run_id_reused']);
    expect((await at.rest('POST', `/runs/${body.run_id}/cancel`)).status).toBe(200);
  });

  it('of another user is refused, and one that is no UUID is named', async () => {
    const body = asked();
    expect((await postRun(at, body)).status).toBe(201);
    const { token } = await makeUser(at, { role: 'editor' });
    expect((await postRun(at, body, token)).body.code).toBe('run_id_reused');
    const wrong = await postRun(at, { run_id: 'mine' });
    expect([wrong.status, wrong.body.errors?.[0].loc]).toEqual([400, ['body', 'run_id']]);
  });
});
