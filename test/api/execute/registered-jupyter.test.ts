import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { openExternalBackend } from '../../../src/workers/backends/external/open-external-backend.js';
import { openTestDatabase } from '../../support/database.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';
import { kernelsOf, startTestJupyter, type TestJupyter, testPython } from '../../support/jupyter.js';
import { readEvents } from '../../support/sse.js';

/** Its workers share a Jupyter server that runs on without them. */
let at: TestGateway;
let jupyter: TestJupyter;
beforeAll(async () => {
  jupyter = await startTestJupyter();
  at = await openTestGateway({
    database: await openTestDatabase(),
    backends: (dataDir) => [
      openExternalBackend({
        stateRoot: join(dataDir, 'workers'),
        python: testPython,
        registered: jupyter.endpoint,
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

it('stopping a worker ends its kernels, a busy one too, and the cell ends with the event error', async () => {
  const first = await openSession('one.ipynb');
  const second = await openSession('two.ipynb');
  expect(second.worker_id).toBe(first.worker_id);
  expect(await kernelsOf(jupyter.endpoint)).toHaveLength(2);
  const cell = await fetch(
    `${at.url}/api/v1.0/engagement/spaces/demo/notebooks/sessions/${second.id}/execute/stream`,
    {
      method: 'POST',
      headers: { authorization: `Bearer ${at.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ code: 'import time\ntime.sleep(600)' }),
    },
  );
  const status = async (id: string) => (await at.rest('GET', `/sessions/${id}`)).body.status;
  await expect.poll(() => status(second.id)).toBe('busy');
  expect((await at.rest('DELETE', `/workers/${first.worker_id}`)).status).toBe(204);
  expect(await kernelsOf(jupyter.endpoint)).toEqual([]);
  expect(await Promise.all([status(first.id), status(second.id)])).toEqual(['dead', 'dead']);
  expect((await readEvents(cell)).at(-1)).toMatchObject({ event: 'error', data: { code: 'worker_lost' } });
});

it('stopping a worker ends a kernel that starts', async () => {
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
