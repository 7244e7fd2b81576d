import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { openExternalBackend } from '../../../src/workers/backends/external/open-external-backend.js';
import { fixedServers } from '../../support/fixed-servers.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';
import { kernelsOf, startTestJupyter, type TestJupyter, testPython } from '../../support/jupyter.js';
import { readEvents } from '../../support/sse.js';

/** Its workers share a Jupyter server that runs on without them. */
let at: TestGateway;
let jupyter: TestJupyter;
beforeAll(async () => {
  jupyter = await startTestJupyter();
  at = await openTestGateway({
    backends: (dataDir) => [
      openExternalBackend({
        stateRoot: join(dataDir, 'workers'),
        python: testPython,
        servers: fixedServers(jupyter.endpoint),
      }),
    ],
  });
}, 300_000);
afterAll(async () => {
  await at.close();
  await jupyter.close();
});

const openSession = async (path: string) =>
  (await at.rest('POST', '/sessions', { body: { workspace_id: demo.workspaceId, path } })).body;

/** Begins a cell. */
const run = (session: string, code: string) =>
  fetch(`${at.url}/api/v1.0/engagement/spaces/demo/notebooks/sessions/${session}/execute/stream`, {
    method: 'POST',
    headers: { authorization: `Bearer ${at.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ code }),
  });

it('a worker has the files of the branch in a folder of its own, which is removed with it', async () => {
  const session = await openSession('notebooks/welcome.ipynb');
  const folder = join(jupyter.spec.filesDirectory, 'gateway-workers', session.worker_id);
  const events = await readEvents(
    await run(session.id, "open('../README.md').read()\nopen('welcome.ipynb').read()"),
  );
  expect(events.at(-1)).toMatchObject({ event: 'final_response', data: { status: 'ok' } });

  const save = async (content: string) => {
    const path = `/workspaces/${demo.workspaceId}`;
    const read = await at.rest('GET', `${path}/authoring-file?path=README.md`);
    expect(read.status).toBe(200);
    const body = { path: 'README.md', base_sha: read.body.sha, content };
    expect((await at.rest('PUT', `${path}/authoring-file`, { body })).status).toBe(200);
  };
  const here = () => readFileSync(join(folder, 'README.md'), 'utf8');
  const saved = randomUUID();
  await save(saved);
  await expect.poll(here).toBe(saved);
  writeFileSync(join(folder, 'README.md'), 'mine');
  await save(randomUUID());
  const conflicts = async () =>
    (await at.gateway.services.prisma.worker.findUniqueOrThrow({ where: { id: session.worker_id } }))
      .fileConflicts;
  await expect.poll(conflicts).toEqual(['README.md']);
  expect(here()).toBe('mine');

  expect((await at.rest('DELETE', `/workers/${session.worker_id}`)).status).toBe(204);
  expect(existsSync(folder)).toBe(false);
});

it('stopping a worker ends its kernels, also a busy one, whose run ends as cancelled by who stopped it', async () => {
  const { id: userId } = await at.gateway.services.prisma.user.findFirstOrThrow({
    where: { isPlatformAdmin: true },
  });
  const first = await openSession('one.ipynb');
  const second = await openSession('two.ipynb');
  expect(second.worker_id).toBe(first.worker_id);
  expect(await kernelsOf(jupyter.endpoint)).toHaveLength(2);
  const cell = await run(second.id, 'import time\ntime.sleep(600)');
  const status = async (id: string) => (await at.rest('GET', `/sessions/${id}`)).body.status;
  await expect.poll(() => status(second.id)).toBe('busy');
  expect((await at.rest('DELETE', `/workers/${first.worker_id}`)).status).toBe(204);
  expect(await kernelsOf(jupyter.endpoint)).toEqual([]);
  expect(await Promise.all([status(first.id), status(second.id)])).toEqual(['dead', 'dead']);
  const end = { status: 'cancelled', status_reason: 'worker_stopped', cancelled_by: userId };
  expect((await readEvents(cell)).at(-1)).toMatchObject({ event: 'final_response', data: end });
});

it('stopping a worker ends a kernel that is starting', async () => {
  const opening = at.rest('POST', '/sessions', { body: { workspace_id: demo.workspaceId } });
  const { prisma } = at.gateway.services;
  const starting = () => prisma.session.findFirst({ where: { status: 'starting' } });
  await expect.poll(starting, { interval: 5 }).not.toBeNull();
  const { id, workerId } = (await starting())!;
  expect((await at.rest('DELETE', `/workers/${workerId}`)).status).toBe(204);
  expect((await opening).status).toBe(409);
  expect((await prisma.session.findUniqueOrThrow({ where: { id } })).status).toBe('dead');
  await expect.poll(() => kernelsOf(jupyter.endpoint)).toEqual([]);
});
