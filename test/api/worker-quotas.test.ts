import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import type { Quota } from '../../src/config.js';
import { openExternalBackend } from '../../src/workers/backends/external/open-external-backend.js';
import { makeUser } from '../support/factories/make-user.js';
import { makeWorker } from '../support/factories/make-worker.js';
import { makeWorkspace } from '../support/factories/make-workspace.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';

const none: Quota = { workers: 0, cpus: 0, memoryMb: 0, gpus: 0 };
/** The limits that the gateway has now; the tests change them. */
const perUser = { ...none };
const perSpace = { ...none };

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway({
    // Its starts never end: a quota is about rows.
    backends: (dataDir) => [
      openExternalBackend({ stateRoot: join(dataDir, 'workers'), python: () => new Promise(() => {}) }),
    ],
    runtimeLimits: { perUser, perSpace },
  });
  const classes = Array.from({ length: 30 }, (_, i) => ({
    id: `class-${i}`,
    name: `Class ${i}`,
    cpuLimit: 0.1,
    memoryMb: 100,
    gpuCount: 0,
    workspaceStorageMb: 1,
    tmpStorageMb: 1,
  }));
  const { prisma } = at.gateway.services;
  await prisma.resourceClass.createMany({ data: classes });
  const big = { workspaceStorageMb: 1, tmpStorageMb: 1, cpuLimit: 1, memoryMb: 100 };
  await prisma.resourceClass.create({ data: { ...big, id: 'gpu', name: 'GPU', gpuCount: 2 } });
});
afterEach(async () => {
  Object.assign(perUser, none);
  Object.assign(perSpace, none);
  const { prisma, workers } = at.gateway.services;
  for (const { id } of await prisma.worker.findMany()) await workers.stop(id);
});
afterAll(() => at.close());

const start = (resource_class_id: string, options: { token?: string; workspace_id?: string } = {}) =>
  at.rest('POST', '/workers', {
    token: options.token,
    body: { workspace_id: options.workspace_id ?? demo.workspaceId, resource_class_id },
  });
const startAll = () => Promise.all(Array.from({ length: 30 }, (_, i) => start(`class-${i}`)));
const statuses = (answers: { status: number }[], status: number) =>
  answers.filter((answer) => answer.status === status).length;

it('30 concurrent starts stop exactly at the number of workers of a user', async () => {
  perUser.workers = 7;
  const answers = await startAll();
  expect(statuses(answers, 201)).toBe(7);
  expect(statuses(answers, 409)).toBe(23);
  expect(answers.find(({ status }) => status === 409)!.body).toMatchObject({
    code: 'quota_exceeded',
    detail: 'You may use at most 7 workers at the same time (WORKERS_PER_USER); stop a worker first.',
  });
  expect(await at.gateway.services.prisma.worker.count({ where: { status: 'starting' } })).toBe(7);
}, 60_000);

it('30 concurrent starts never use more cores than a user may', async () => {
  perUser.cpus = 0.5;
  const answers = await startAll();
  expect(statuses(answers, 201)).toBe(5);
  expect(answers.find(({ status }) => status === 409)!.body.detail).toBe(
    'You may use at most 0.5 CPU cores at the same time (CPUS_PER_USER); stop a worker, or choose a smaller resource class.',
  );
}, 60_000);

it('concurrent starts of several users stop exactly at the number of workers of their space', async () => {
  perSpace.workers = 4;
  const users = await Promise.all([1, 2, 3].map(() => makeUser(at, { role: 'editor' })));
  const { id: workspace_id } = await makeWorkspace(at, { visibility: 'space' });
  const answers = await Promise.all(
    users.flatMap(({ token }) => [1, 2, 3].map((i) => start(`class-${i}`, { token, workspace_id }))),
  );
  expect([statuses(answers, 201), statuses(answers, 409)]).toEqual([4, 5]);
  const refused = answers.find(({ status }) => status === 409)!.body;
  expect(refused).toMatchObject({
    code: 'quota_exceeded',
    detail: expect.stringContaining('WORKERS_PER_SPACE'),
  });
}, 60_000);

it('concurrent starts of several users never use more memory than their space may', async () => {
  perSpace.memoryMb = 400;
  const users = await Promise.all([1, 2, 3].map(() => makeUser(at, { role: 'editor' })));
  const { id: workspace_id } = await makeWorkspace(at, { visibility: 'space' });
  const answers = await Promise.all(
    users.flatMap(({ token }) => [1, 2, 3].map((i) => start(`class-${i}`, { token, workspace_id }))),
  );
  expect(statuses(answers, 201)).toBe(4);
  expect(answers.find(({ status }) => status === 409)!.body.detail).toBe(
    'This space may use at most 400 MiB of memory at the same time (MEMORY_MB_PER_SPACE); stop a worker, or choose a smaller ' +
      'resource class.',
  );
}, 60_000);

it('a class that alone is over the quota is refused with the advice to choose a smaller one', async () => {
  perUser.gpus = 1;
  expect((await start('gpu')).body).toMatchObject({
    code: 'quota_exceeded',
    detail: 'You may use at most 1 GPU at the same time (GPUS_PER_USER); choose a smaller resource class.',
  });
  expect((await start('class-1')).status).toBe(201);
});

it('a worker that is stopping counts until it has stopped, and the one that runs is still answered', async () => {
  perUser.workers = 1;
  const { body } = await start('class-1');
  expect(body.status).toBe('starting');
  expect((await start('class-1')).body.id).toBe(body.id);
  await at.gateway.services.workers.stop(body.id);
  const stopping = await makeWorker(at, { userId: body.user_id, status: 'stopping' });
  expect((await start('class-2')).status).toBe(409);
  await at.gateway.services.prisma.worker.update({ where: { id: stopping.id }, data: { status: 'stopped' } });
  expect((await start('class-2')).status).toBe(201);
});
