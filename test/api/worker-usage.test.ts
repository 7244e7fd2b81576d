import { join } from 'node:path';
import { createClient } from 'graphql-sse';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { openExternalBackend } from '../../src/workers/backends/external/open-external-backend.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { testPython } from '../support/jupyter.js';

let at: TestGateway;
let session: { id: string; worker_id: string };
beforeAll(async () => {
  at = await openTestGateway({
    backends: (dataDir) => [openExternalBackend({ stateRoot: join(dataDir, 'workers'), python: testPython })],
  });
  session = (await at.rest('POST', '/sessions', { body: { workspace_id: demo.workspaceId } })).body;
}, 300_000);
afterAll(async () => {
  const { prisma, workers } = at.gateway.services;
  for (const { id } of await prisma.worker.findMany()) await workers.stop(id);
  await at.close();
});

interface Usage {
  cpuCores: number;
  memoryMb: number;
  sampledAt: string;
}

async function usage(): Promise<Usage | null> {
  const selection = 'usage { cpuCores memoryMb sampledAt } storageLimit';
  const query = `{ space(slug: "demo") { worker(id: "${session.worker_id}") { ${selection} } } }`;
  const { data, errors } = await at.graphql(query);
  expect(errors).toBeUndefined();
  expect(data.space.worker.storageLimit).toBe('not_enforced');
  return data.space.worker.usage;
}

it('the usage of a worker is what its server and kernels use, and is not measured again within 10 s', async () => {
  const first = (await usage())!;
  // A server and an idle kernel.
  expect(first.memoryMb).toBeGreaterThan(60);
  expect(first.memoryMb).toBeLessThan(1_000);
  expect(first.cpuCores).toBeGreaterThanOrEqual(0);
  expect(Math.abs(Date.parse(first.sampledAt) - Date.now())).toBeLessThan(10_000);
  expect(await usage()).toEqual(first);
});

it('those who watch a worker get its usage when it changes, at most every 10 s', async () => {
  const client = createClient({
    url: `${at.url}/graphql`,
    headers: { authorization: `Bearer ${at.token}` },
    retryAttempts: 0,
  });
  const samples: Usage[] = [];
  const query = `subscription {
    workerChanged(spaceSlug: "demo", workerId: "${session.worker_id}") { usage { cpuCores memoryMb sampledAt } }
  }`;
  const leave = client.subscribe<{ workerChanged: { usage: Usage } }>(
    { query },
    {
      next: ({ data }) => samples.push(data!.workerChanged.usage),
      error: () => {},
      complete: () => {},
    },
  );
  const code = 'kept = bytearray(300 * 1024 * 1024)\\nwhile True: pass';
  const run = `mutation { executeCell(spaceSlug: "demo", sessionId: "${session.id}", input: {code: "${code}"}) { id } }`;
  expect((await at.graphql(run)).errors).toBeUndefined();
  const measured = () => [...new Map(samples.map((one) => [one.sampledAt, one])).values()];
  await expect.poll(() => measured().at(-1)?.memoryMb ?? 0, { timeout: 30_000 }).toBeGreaterThan(350);
  expect(measured().at(-1)!.cpuCores).toBeGreaterThan(0.1);
  const times = measured().map(({ sampledAt }) => Date.parse(sampledAt));
  for (const [i, time] of times.slice(1).entries()) expect(time - times[i]!).toBeGreaterThan(8_900);
  leave();
  client.dispose();
}, 60_000);

it('REST says whether storage is limited, and a worker that has stopped has no usage', async () => {
  expect((await at.rest('GET', `/workers/${session.worker_id}`)).body.storage_limit).toBe('not_enforced');
  expect((await at.rest('DELETE', `/workers/${session.worker_id}`)).status).toBe(204);
  expect(await usage()).toBeNull();
}, 60_000);
