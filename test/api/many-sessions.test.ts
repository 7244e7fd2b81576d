import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { openExternalBackend } from '../../src/workers/backends/external/open-external-backend.js';
import { makeUser } from '../support/factories/make-user.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { kernelsOf, testPython } from '../support/jupyter.js';

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway({
    backends: (dataDir) => [openExternalBackend({ stateRoot: join(dataDir, 'workers'), python: testPython })],
    // Less than the start of a kernel takes when others start.
    sessionStartTimeoutMs: 1_000,
  });
}, 300_000);
afterAll(async () => {
  const { prisma, workers } = at.gateway.services;
  for (const { id } of await prisma.worker.findMany()) await workers.stop(id);
  await at.close();
});

/** Asks for a session until it is there, as the answers say. */
async function ask(path: string, token: string) {
  for (let tries = 1; ; tries++) {
    const body = { workspace_id: demo.workspaceId, path };
    const { status, body: session, headers } = await at.rest('POST', '/sessions', { body, token });
    if (status !== 503) return { status, session, tries };
    expect(session, session.message).toMatchObject({
      code: expect.stringMatching(/^(session_starting|storage_unavailable)$/),
    });
    expect(headers.get('retry-after')).toBe('5');
    // A fifth of that keeps the test short.
    await sleep(1_000);
  }
}

it('20 sessions of two users, asked for together, are all ready, one kernel each', async () => {
  const { token } = await makeUser(at, { role: 'editor' });
  // Both users have a live worker, so that only kernels are waited for.
  await Promise.all([ask('first.ipynb', at.token), ask('first.ipynb', token)]);
  const paths = (count: number) => Array.from({ length: count }, (_, i) => `many/${i}.ipynb`);
  const many = paths(14).map((path) => ask(path, at.token));
  const few = await Promise.all(paths(4).map((path) => ask(path, token)));
  const all = await Promise.all(many);

  expect(all.some(({ tries }) => tries > 1)).toBe(true);
  expect(all.map(({ status }) => status).filter((status) => status >= 300)).toEqual([]);
  const rows = await at.gateway.services.prisma.session.findMany();
  expect(rows.map(({ status }) => status)).toEqual(rows.map(() => 'idle'));
  const ids = [...all, ...few].map(({ session }) => session.id as string);
  expect(new Set(ids).size).toBe(18);
  expect(rows).toHaveLength(20);
  const { workers } = at.gateway.services;
  const workerIds = [...new Set(rows.map(({ workerId }) => workerId))];
  const kernels = await Promise.all(workerIds.map((id) => kernelsOf(workers.endpoint(id)!)));
  expect(kernels.flat().sort()).toEqual(rows.map(({ kernelId }) => kernelId).sort());
}, 240_000);
