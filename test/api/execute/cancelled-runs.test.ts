import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { DomainError } from '../../../src/errors.js';
import { makeUser } from '../../support/factories/make-user.js';
import { makeWorkspace } from '../../support/factories/make-workspace.js';
import { askJupyter } from '../../support/jupyter.js';
import { readEvents } from '../../support/sse.js';
import { at, openSession, run, runAll, setUpKernels, stream, textOf } from './kernel-fixture.js';

setUpKernels();

const prisma = () => at.gateway.services.prisma;
const endless = "import time\nprint('on', flush=True)\ntime.sleep(600)";

/** A session in a workspace of its own, with a cell that runs and one that waits. */
async function busySession() {
  const workspace = await makeWorkspace(at, { visibility: 'space' });
  const { id, worker_id } = (await openSession('one.ipynb', { workspace_id: workspace.id })).body;
  const response = await run(endless, {}, id);
  const running = readEvents(response);
  await expect.poll(async () => (await at.rest('GET', `/sessions/${id}`)).body.status).toBe('busy');
  const queued = readEvents(await run("print('never')", {}, id));
  const ends = async () => (await Promise.all([running, queued])).map((events) => events.at(-1)!);
  const executionId = response.headers.get('x-execution-id');
  return { workspace, id, worker_id, executionId, ends };
}

const cancelled = (reason: string, by: string | null) => ({
  event: 'final_response',
  data: { status: 'cancelled', status_reason: reason, cancelled_by: by },
});

describe('what runs and what waits is cancelled, with who did it and why,', () => {
  const admin = async () => (await prisma().user.findFirstOrThrow({ where: { isPlatformAdmin: true } })).id;

  it('when the worker is stopped', async () => {
    const { worker_id, id, executionId, ends } = await busySession();
    const { id: userId, token } = await makeUser(at, { role: 'admin' });
    expect((await at.rest('DELETE', `/workers/${worker_id}`, { token })).status).toBe(204);
    expect(await ends()).toMatchObject(Array(2).fill(cancelled('worker_stopped', userId)));
    const log = await readEvents(await stream(`/sessions/${id}/executions/${executionId}/stream`, {}));
    expect(textOf(log)).toBe('on\n');
    const query = `subscription($id: ID!) { executionEvents(executionId: $id) {
      ... on FinalResponse { status statusReason cancelledBy } } }`;
    const answer = await fetch(`${at.url}/graphql/stream`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${at.token}`,
        'content-type': 'application/json',
        accept: 'text/event-stream',
      },
      body: JSON.stringify({ query, variables: { id: executionId } }),
    });
    expect(await answer.text()).toContain(
      `{"status":"cancelled","statusReason":"worker_stopped","cancelledBy":"${userId}"}`,
    );
  });

  it('when the workspace is archived', async () => {
    const { workspace, ends } = await busySession();
    expect((await at.rest('POST', `/workspaces/${workspace.id}/archive`)).status).toBe(200);
    expect(await ends()).toMatchObject(Array(2).fill(cancelled('workspace_archived', await admin())));
  });

  it('when the session is restarted or deleted', async () => {
    const { id, worker_id, ends } = await busySession();
    expect((await at.rest('POST', `/sessions/${id}/restart`)).status).toBe(200);
    expect(await ends()).toMatchObject(Array(2).fill(cancelled('session_restarted', await admin())));
    const again = runAll(endless, {}, id);
    await expect.poll(async () => (await at.rest('GET', `/sessions/${id}`)).body.status).toBe('busy');
    expect((await at.rest('DELETE', `/sessions/${id}`)).status).toBe(204);
    expect((await again).at(-1)).toMatchObject(cancelled('session_deleted', await admin()));
    await at.rest('DELETE', `/workers/${worker_id}`);
  });

  it('when the gateway stops the worker', async () => {
    const { worker_id, ends } = await busySession();
    await at.gateway.services.workers.stop(worker_id, 'max_age');
    expect(await ends()).toMatchObject(Array(2).fill(cancelled('max_age', null)));
  });
});

describe('a run whose session could not be restarted is not cancelled by that', () => {
  it('where the folder of the worker was removed: it ends as the worker does', async () => {
    const { id, worker_id, ends } = await busySession();
    await rm(join(at.dataDir, 'workers', worker_id, 'files'), { recursive: true });
    const refused = await at.rest('POST', `/sessions/${id}/restart`);
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'worker_not_live' },
    });
    expect(await ends()).toMatchObject([
      { event: 'error', data: { code: 'worker_lost' } },
      { event: 'final_response', data: { status: 'aborted' } },
    ]);
  });

  it('where the server failed to restart the kernel: it runs on, and an interrupt ends it as ever', async () => {
    const { id, worker_id, ends } = await busySession();
    const { sessions } = at.gateway.services;
    const failure = new DomainError('runtime_unavailable', 'The kernel was not restarted; try again.');
    vi.spyOn(sessions, 'restart').mockRejectedValueOnce(failure);
    expect((await at.rest('POST', `/sessions/${id}/restart`)).status).toBe(503);
    expect((await at.rest('POST', `/sessions/${id}/interrupt`)).status).toBe(200);
    const [running] = await ends();
    expect(running).toMatchObject({ event: 'final_response', data: { status: 'error' } });
    await at.rest('DELETE', `/workers/${worker_id}`);
  });
});

it('a session whose idle kernel is deleted by another client is dead, with the reason', async () => {
  const { id, worker_id } = (await openSession('removed.ipynb')).body;
  await runAll('1', {}, id);
  const { kernelId } = await prisma().session.findUniqueOrThrow({ where: { id } });
  await askJupyter(at.gateway.services.workers.endpoint(worker_id)!, 'DELETE', `api/kernels/${kernelId}`);
  const row = () => prisma().session.findUniqueOrThrow({ where: { id } });
  const dead = { status: 'dead', statusReason: 'kernel_died', executionCount: 0 };
  await expect.poll(row).toMatchObject(dead);
  const answer = await run('1', {}, id);
  expect(answer.status).toBe(409);
  expect(await answer.json()).toMatchObject({ code: 'session_dead' });
});

it('a worker whose folder was removed fails, and the start of a session goes on with a new one', async () => {
  const workspace = await makeWorkspace(at, { visibility: 'space' });
  const open = (path: string) => openSession(path, { workspace_id: workspace.id });
  const { worker_id } = (await open('one.ipynb')).body;
  await rm(join(at.dataDir, 'workers', worker_id, 'files'), { recursive: true });
  const opened = await open('two.ipynb');
  expect(opened).toMatchObject({ status: 201, body: { status: 'idle' } });
  expect(opened.body.worker_id).not.toBe(worker_id);
  expect(textOf(await runAll("print(open('README.md').read()[:1])", {}, opened.body.id))).toBe('#\n');
  expect((await at.rest('GET', `/workers/${worker_id}`)).body).toMatchObject({
    status: 'failed',
    status_reason: 'folder_missing',
    error_detail: expect.stringContaining('folder'),
  });
  const named = await open('three.ipynb');
  expect(named.body.worker_id).toBe(opened.body.worker_id);
});
