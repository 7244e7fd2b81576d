import { randomUUID } from 'node:crypto';
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

const asked = 100;
/** Once so many are ready, the others are deleted: 100 kernels are much memory. */
const started = 12;

it('of 100 sessions asked for together, twice each, none is lost and none doubled', async () => {
  const { prisma, workers } = at.gateway.services;
  const { session: first } = await ask('first.ipynb', at.token);
  const endpoint = workers.endpoint(first.worker_id)!;
  const others = await kernelsOf(endpoint);
  const kernels = async () => (await kernelsOf(endpoint)).filter((id) => !others.includes(id)).sort();
  // A second try of the test has paths of its own.
  const folder = randomUUID();
  const paths = Array.from({ length: asked }, (_, i) => `${folder}/${i}.ipynb`);
  const rows = () => prisma.session.findMany({ where: { path: { in: paths } } });
  const open = (path: string) =>
    at.rest('POST', '/sessions', { body: { workspace_id: demo.workspaceId, path } });
  /** Deletes as a client does: where the database was busy, again after the pause that the answer names. */
  const remove = async (id: string) => {
    for (;;) {
      const { status, body, headers } = await at.rest('DELETE', `/sessions/${id}`);
      if (status === 204) return;
      expect([status, body.code], body.message).toEqual([503, 'storage_unavailable']);
      await sleep(Number(headers.get('retry-after')) * 1000);
    }
  };
  const removeAll = (sessions: { id: string }[]) => Promise.all(sessions.map(({ id }) => remove(id)));

  const answers = await Promise.all([...paths, ...paths].map(open));
  const refused = answers.filter(({ status }) => status >= 300);
  expect(refused.length).toBeGreaterThan(0);
  for (const { status, body, headers } of refused) {
    expect([429, 503], body.message).toContain(status);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  }
  // A database that is busy may have refused a path both times.
  for (let tries = 0; tries < 20; tries++) {
    const found = new Set((await rows()).map(({ path }) => path));
    if (found.size === asked) break;
    await sleep(1_000);
    await Promise.all(paths.filter((path) => !found.has(path)).map(open));
  }
  expect((await rows()).map(({ path }) => path).sort()).toEqual([...paths].sort());
  const ready = async () => (await rows()).filter(({ status }) => status === 'idle').length;
  await expect.poll(ready, { timeout: 180_000, interval: 500 }).toBeGreaterThanOrEqual(started);

  const waiting = (await rows()).filter(({ status }) => status !== 'idle');
  expect(waiting.map(({ status }) => status)).toEqual(waiting.map(() => 'starting'));
  await removeAll(waiting);
  const live = (await rows()).filter(({ deletedAt }) => !deletedAt);
  expect(live.length + waiting.length).toBe(asked);
  expect(live.map(({ status }) => status)).toEqual(live.map(() => 'idle'));
  const again = await Promise.all(live.map(({ path }) => ask(path!, at.token)));
  expect(again.map(({ status, session }) => [status, session.id])).toEqual(live.map(({ id }) => [200, id]));
  // One that was being started for a session that was deleted ends when it has started.
  await expect.poll(kernels, { timeout: 60_000 }).toEqual(live.map(({ kernelId }) => kernelId).sort());

  await removeAll(live);
  await expect.poll(kernels, { timeout: 30_000 }).toEqual([]);
}, 400_000);
