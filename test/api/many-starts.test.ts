import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { openExternalBackend } from '../../src/workers/backends/external/open-external-backend.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { testPython } from '../support/jupyter.js';
import { workersWithProcesses } from '../support/worker-processes.js';

const count = 30;

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway({
    backends: (dataDir) => [openExternalBackend({ stateRoot: join(dataDir, 'workers'), python: testPython })],
    env: { WORKERS_PER_USER: '0', WORKERS_PER_SPACE: '0' },
  });
  const sizes = { cpuLimit: 1, memoryMb: 64, workspaceStorageMb: 1, tmpStorageMb: 1 };
  const data = Array.from({ length: count }, (_, i) => ({ ...sizes, id: `c${i}`, name: `Class ${i}` }));
  await at.gateway.services.prisma.resourceClass.createMany({ data });
}, 300_000);
afterAll(() => at.close());

it('30 concurrent starts all become ready, the same ones again start nothing, and all of them stop', async () => {
  const start = (i: number) =>
    at.rest('POST', '/workers', {
      body: { workspace_id: demo.workspaceId, resource_class_id: `c${i % count}` },
    });
  const answers = await Promise.all(Array.from({ length: 2 * count }, (_, i) => start(i)));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(count);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(count);
  const ids = [...new Set(answers.map(({ body }) => body.id as string))].sort();
  expect(ids).toHaveLength(count);

  const { prisma, workers } = at.gateway.services;
  const statuses = async () => (await prisma.worker.findMany()).map(({ status }) => status);
  const ready = async () => {
    const all = await statuses();
    expect(all).not.toContain('failed');
    return all.every((status) => status === 'ready');
  };
  await expect.poll(ready, { timeout: 240_000, interval: 500 }).toBe(true);
  const running = () => workersWithProcesses(join(at.dataDir, 'workers'));
  expect(await running()).toEqual(ids);

  await Promise.all(ids.map((id) => workers.stop(id)));
  expect(new Set(await statuses())).toEqual(new Set(['stopped']));
  expect(await running()).toEqual([]);
}, 300_000);
