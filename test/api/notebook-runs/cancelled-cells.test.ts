import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { openExternalBackend } from '../../../src/workers/backends/external/open-external-backend.js';
import { answerInput } from '../../support/answer-input.js';
import { codeCell, codeNotebook } from '../../support/factories/code-notebook.js';
import { makeUser } from '../../support/factories/make-user.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';
import { testPython } from '../../support/jupyter.js';
import { readEvents } from '../../support/sse.js';
import { postRun } from './waiting-gateway.js';

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

async function create(code: string): Promise<string> {
  // A second try of a test has a path of its own.
  const path = `runs/${randomUUID()}.ipynb`;
  const body = { path, notebook: codeNotebook([codeCell('one', code)]) };
  const made = await at.rest('POST', `/workspaces/${demo.workspaceId}/authoring-files`, { body });
  expect(made.status).toBe(201);
  return path;
}
async function begin(body: object): Promise<string> {
  const { status, body: run } = await postRun(at, body);
  expect(status).toBe(201);
  return run.id;
}
const readRun = async (id: string) => (await at.rest('GET', `/runs/${id}`)).body;
/** Waits until the cell of a run is queued, or runs. */
async function cellIs(id: string, status: 'queued' | 'running'): Promise<void> {
  const cell = async () => (await readRun(id)).cells.items[0].execution?.status;
  await expect.poll(cell, { timeout: 60_000 }).toBe(status);
}

/** The end of the cell of an ended run, as REST and GraphQL send it. */
async function endsOfCell(id: string) {
  await expect.poll(async () => (await readRun(id)).finished_at, { timeout: 60_000 }).not.toBeNull();
  const run = await readRun(id);
  const { execution_id } = run.cells.items[0];
  const headers = { authorization: `Bearer ${at.token}` };
  const path = `sessions/${run.session_id}/executions/${execution_id}/stream`;
  const sent = await fetch(`${at.url}/api/v1.0/engagement/spaces/demo/notebooks/${path}`, { headers });
  const { status, status_reason, cancelled_by } = (await readEvents(sent)).at(-1)!.data;
  const query = `subscription($id: ID!) { executionEvents(executionId: $id) {
    ... on FinalResponse { status status_reason: statusReason cancelled_by: cancelledBy } } }`;
  const answer = await fetch(`${at.url}/graphql/stream`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query, variables: { id: execution_id } }),
  });
  const rest = { status, status_reason, cancelled_by };
  expect(await answer.text()).toContain(JSON.stringify(rest));
  return { run: run.status, cell: rest };
}

/** A session whose kernel waits until it is answered, so that the cells behind wait too. */
async function busySession(path: string) {
  const opened = await at.rest('POST', '/sessions', { body: { workspace_id: demo.workspaceId, path } });
  const { data } = await at.graphql(
    `mutation($id: ID!) { executeCell(spaceSlug: "demo", sessionId: $id, input: { code: "input()" }) { id } }`,
    { id: opened.body.id },
  );
  return { session_id: opened.body.id, goOn: () => answerInput(at, data.executeCell.id, '') };
}

describe('the end of a cell that is cancelled with its run', () => {
  it('names who cancelled the run, where it had waited in the queue of the session', async () => {
    const path = await create('1');
    const { session_id, goOn } = await busySession(path);
    const id = await begin({ path, session_id });
    await cellIs(id, 'queued');
    const { id: userId, token } = await makeUser(at, { role: 'admin' });
    expect((await at.rest('POST', `/runs/${id}/cancel`, { token })).status).toBe(200);
    expect(await endsOfCell(id)).toEqual({
      run: 'cancelled',
      cell: { status: 'cancelled', status_reason: 'requested', cancelled_by: userId },
    });
    await goOn();
  });

  it('names nobody where the time of the run has passed', async () => {
    const path = await create('1');
    const { session_id, goOn } = await busySession(path);
    const id = await begin({ path, session_id, timeout_seconds: 2 });
    expect(await endsOfCell(id)).toEqual({
      run: 'timed_out',
      cell: { status: 'cancelled', status_reason: 'run_timed_out', cancelled_by: null },
    });
    await goOn();
  });

  it('names who cancelled the run, where it went on behind the interrupt and ended with its kernel', async () => {
    const path = await create(
      'import signal\n_ = signal.signal(signal.SIGINT, signal.SIG_IGN)\nprint(input())',
    );
    const id = await begin({ path });
    await cellIs(id, 'running');
    const { id: userId, token } = await makeUser(at, { role: 'admin' });
    expect((await at.rest('POST', `/runs/${id}/cancel`, { token })).status).toBe(200);
    expect(await endsOfCell(id)).toEqual({
      run: 'cancelled',
      cell: { status: 'cancelled', status_reason: 'requested', cancelled_by: userId },
    });
  });
});
