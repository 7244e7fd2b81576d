import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { makeUser } from '../../support/factories/make-user.js';
import { makeWorkspace } from '../../support/factories/make-workspace.js';
import { readEvents } from '../../support/sse.js';
import { at, openSession, run, runAll, session, setUpKernels, stream, textOf } from './kernel-fixture.js';

setUpKernels();

it('a restart cancels the running execution and clears the memory of the kernel', async () => {
  await runAll('kept = 1');
  const busy = runAll('import time\ntime.sleep(30)');
  await new Promise((resolve) => setTimeout(resolve, 300));
  const restart = await at.rest('POST', `/sessions/${session}/restart`);
  expect(restart).toMatchObject({ status: 200, body: { id: session } });
  expect((await busy).at(-1)).toMatchObject({ event: 'final_response', data: { status: 'cancelled' } });
  expect((await runAll('kept')).at(-1)!.data.status).toBe('error');
});

it('a save on the branch reaches the worker within 2 s; a file that the kernel changed is kept and reported', async () => {
  const path = 'data/shared.txt';
  const base = `/workspaces/${demo.workspaceId}/authoring-file`;
  await at.rest('POST', `${base}s`, { body: { path, content: 'one' } });
  const read = async () =>
    textOf(
      await runAll(
        "import os\nprint(open('../data/shared.txt').read() if os.path.exists('../data/shared.txt') else '')",
      ),
    ).trim();
  await expect.poll(read, { timeout: 2_000 }).toBe('one');
  await at.rest('PUT', base, { body: { path, content: 'two' } });
  await expect.poll(read, { timeout: 2_000 }).toBe('two');
  await runAll("open('../data/shared.txt', 'w').write('mine')");
  await at.rest('PUT', base, { body: { path, content: 'three' } });
  const conflicts = async () =>
    (await at.graphql('{ space(slug: "demo") { workers { nodes { fileConflicts } } } }')).data.space.workers
      .nodes[0].fileConflicts;
  await expect.poll(conflicts, { timeout: 2_000 }).toEqual([path]);
  expect(await read()).toBe('mine');
});

it('a native push to the branch reaches the worker within 2 s without any subscriber', async () => {
  const clone = await mkdtemp(join(tmpdir(), 'push-'));
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', clone, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args]);
  try {
    git('clone', '-q', join(at.dataDir, 'repositories', `${demo.repositoryId}.git`), '.');
    await writeFile(join(clone, 'pushed.txt'), 'from outside');
    git('add', '.');
    git('commit', '-qm', 'From outside');
    git('push', '-q');
  } finally {
    await rm(clone, { recursive: true });
  }
  const read = "import os\nprint(open('../pushed.txt').read() if os.path.exists('../pushed.txt') else '')";
  const pushed = async () => textOf(await runAll(read)).trim();
  await expect.poll(pushed, { timeout: 2_000 }).toBe('from outside');
});

it('a user who may no longer view a workspace can still stop their own workers and sessions', async () => {
  const { token } = await makeUser(at, { role: 'editor' });
  const { id: workspace_id } = await makeWorkspace(at, { visibility: 'space' });
  const opened = await at.rest('POST', '/sessions', { token, body: { workspace_id } });
  expect(opened.status).toBe(201);
  await at.rest('PATCH', `/workspaces/${workspace_id}`, { body: { visibility: 'private' } });
  const { id, worker_id } = opened.body;
  const other = (await makeUser(at, { role: 'editor' })).token;
  for (const path of [`/sessions/${id}`, `/workers/${worker_id}`]) {
    expect((await at.rest('GET', path, { token })).status).toBe(403);
    expect((await at.rest('DELETE', path, { token: other })).status).toBe(403);
    expect((await at.rest('DELETE', path, { token })).status).toBe(204);
  }
});

/** The command lines of the processes that have the folder of a worker in their environment. */
function programsOf(workerId: string): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const isOfWorker = readFileSync(`/proc/${pid}/environ`, 'utf8').includes(workerId);
      return isOfWorker ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8')] : [];
    } catch {
      return [];
    }
  });
}

it('a deleted session answers 404, its log remains, and a stopped worker leaves no process', async () => {
  const other = (await openSession('other.ipynb')).body;
  const made = await run("print('kept')", {}, other.id);
  const id = made.headers.get('x-execution-id');
  await readEvents(made);
  for (const _ of [1, 2]) expect((await at.rest('DELETE', `/sessions/${other.id}`)).status).toBe(204);
  expect((await run('1', {}, other.id)).status).toBe(404);
  const kept = await stream(`/sessions/${other.id}/executions/${id}/stream`, {});
  expect(textOf(await readEvents(kept))).toBe('kept\n');

  const worker = (await at.rest('GET', `/sessions/${session}`)).body.worker_id;
  expect(programsOf(worker).some((program) => program.includes('ipykernel'))).toBe(true);
  for (const _ of [1, 2]) expect((await at.rest('DELETE', `/workers/${worker}`)).status).toBe(204);
  expect(programsOf(worker)).toEqual([]);
  expect((await at.rest('GET', `/workers/${worker}`)).body).toMatchObject({
    status: 'stopped',
    status_reason: 'requested',
  });
  expect((await at.rest('GET', '/workers')).body.total).toBe(0);
  expect((await at.rest('GET', '/workers?include_stopped=true')).body.total).toBeGreaterThan(0);
  const late = await run('1');
  expect(late.status).toBe(409);
  expect(await late.json()).toMatchObject({ code: 'worker_not_live' });
});
