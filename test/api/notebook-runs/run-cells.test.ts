import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { openExternalBackend } from '../../../src/workers/backends/external/open-external-backend.js';
import { answerInput } from '../../support/answer-input.js';
import { codeCell, codeNotebook } from '../../support/factories/code-notebook.js';
import { fixedServers } from '../../support/fixed-servers.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';
import { kernelsOf, startTestJupyter, type TestJupyter, testPython } from '../../support/jupyter.js';
import { readEvents } from '../../support/sse.js';
import { postRun } from './waiting-gateway.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let at: TestGateway;
let jupyter: TestJupyter;
beforeAll(async () => {
  jupyter = await startTestJupyter();
  at = await openTestGateway({
    // Its workers are ready immediately, and no kernel is.
    sessionStartTimeoutMs: 200,
    backends: (dataDir) => [
      openExternalBackend({
        stateRoot: join(dataDir, 'workers'),
        python: testPython,
        servers: fixedServers(jupyter.endpoint),
      }),
    ],
  });
});
afterAll(async () => {
  const { prisma, workers } = at.gateway.services;
  for (const { id } of await prisma.worker.findMany()) await workers.stop(id);
  await at.close();
  await jupyter.close();
});

const files = `/workspaces/${demo.workspaceId}/authoring-file`;
async function create(name: string, cells: object[]): Promise<string> {
  const path = `runs/${name}.ipynb`;
  const made = await at.rest('POST', `${files}s`, { body: { path, notebook: codeNotebook(cells) } });
  expect(made.status).toBe(201);
  return path;
}
async function begin(body: object): Promise<string> {
  const { status, body: run } = await postRun(at, body);
  expect(status).toBe(201);
  return run.id;
}
const readRun = async (id: string) => (await at.rest('GET', `/runs/${id}`)).body;
async function ended(id: string): Promise<any> {
  await expect.poll(async () => (await readRun(id)).finished_at, { timeout: 90_000 }).not.toBeNull();
  return readRun(id);
}
/** The execution of a cell of a run, once it is queued. */
async function executionOf(id: string, index = 0): Promise<string> {
  const find = async () => (await readRun(id)).cells.items[index];
  await expect.poll(async () => (await find()).execution, { timeout: 60_000 }).not.toBeNull();
  return (await find()).execution_id;
}

describe('a run', () => {
  it('that is cancelled while its kernel starts leaves no session and no kernel', async () => {
    const { prisma } = at.gateway.services;
    const path = await create('starts', [codeCell('one', '1')]);
    const before = await kernelsOf(jupyter.endpoint);
    const id = await begin({ path });
    const where = { liveKey: `run:${id}` };
    await expect.poll(() => prisma.session.findUnique({ where }), { interval: 5 }).not.toBeNull();
    const session = await prisma.session.findUniqueOrThrow({ where });
    await at.rest('POST', `/runs/${id}/cancel`);
    expect(await ended(id)).toMatchObject({ status: 'cancelled', session_id: null });
    expect(await prisma.session.findUnique({ where: { id: session.id } })).toMatchObject({
      ...{ status: 'dead', liveKey: null, deletedAt: expect.any(Date) },
    });
    const after = async () => (await kernelsOf(jupyter.endpoint)).filter((one) => !before.includes(one));
    await expect.poll(after).toEqual([]);
  });

  it('goes on behind a cell that may raise, and so do the cells of its user in the same session', async () => {
    const mayRaise = { metadata: { tags: ['raises-exception'] } };
    const path = await create('raises', [codeCell('one', 'input()\n1 / 0', mayRaise), codeCell('two', '2')]);
    const open = () => at.rest('POST', '/sessions', { body: { workspace_id: demo.workspaceId, path } });
    await expect.poll(async () => (await open()).status, { timeout: 60_000 }).toBe(200);
    const session_id = (await open()).body.id;
    const id = await begin({ path, session_id });
    const first = await executionOf(id);
    const mutation = `mutation($id: ID!) {
      executeCell(spaceSlug: "demo", sessionId: $id, input: { code: "'mine'" }) { id } }`;
    const { data } = await at.graphql(mutation, { id: session_id });
    await answerInput(at, first, '');
    expect(await ended(id)).toMatchObject({ status: 'ok' });
    const mine = () =>
      at.gateway.services.prisma.execution.findUnique({ where: { id: data.executeCell.id } });
    await expect.poll(mine).toMatchObject({ status: 'ok' });
  });

  it('does not take a commit of somebody who mentions it for its own', async () => {
    const path = await create('mentioned', [codeCell('one', 'print(input())')]);
    const out = 'runs/mentioned.out.ipynb';
    const id = await begin({ path, save_to: { path: out } });
    const commit_message = `Look at this run\n\nRun: ${id}\n\nIt waits.`;
    const made = await at.rest('POST', `${files}s`, { body: { path: out, commit_message } });
    expect(made.status).toBe(201);
    await answerInput(at, await executionOf(id), 'kept');
    expect(await ended(id)).toMatchObject({
      ...{ status: 'ok', saved_commit_sha: null, save_error: { code: 'file_exists' } },
    });
    expect((await at.rest('GET', `${files}?path=${out}&ref=main`)).body.notebook.cells).toEqual([]);
  });

  it('has no stream after an event that it does not have', async () => {
    const path = await create('cursors', [codeCell('one', 'print(input())'), codeCell('two', '2')]);
    const id = await begin({ path });
    const base = `${at.url}/api/v1.0/engagement/spaces/demo/notebooks`;
    const streamAfter = (after: string) =>
      fetch(`${base}/runs/${id}/stream`, {
        headers: { authorization: `Bearer ${at.token}`, 'last-event-id': after },
      });
    const execution = await executionOf(id);
    for (const after of ['999999-1', '1-9999', '2-1', '3-1', '4-1', '2-0', '0-1']) {
      const response = await streamAfter(after);
      expect([after, response.status]).toEqual([after, 400]);
      expect(((await response.json()) as any).errors[0].loc).toEqual(['header', 'last-event-id']);
    }
    const following = streamAfter('1-1');
    await answerInput(at, execution, 'read');
    const events = await readEvents(await following);
    expect([events[0]!.id, events.at(-1)!.id]).toEqual(['1-2', '3-1']);
    expect((await streamAfter('3-1')).status).toBe(204);
    expect((await streamAfter('3-2')).status).toBe(400);
    const after = events.at(-2)!.id!;
    expect((await readEvents(await streamAfter(after))).map((event) => event.id)).toEqual(['3-1']);
  });
});
