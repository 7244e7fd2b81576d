import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FollowedWorkers } from '../../src/workers/backends/docker/followed-workers.js';
import { LocalAccess } from '../../src/workers/backends/docker/local-access.js';
import { RunFolders } from '../../src/workers/backends/docker/run-folders.js';
import { WorkerContainers } from '../../src/workers/backends/docker/worker-containers.js';
import { WorkerNetwork } from '../../src/workers/backends/docker/worker-network.js';
import { workerPod } from '../../src/workers/backends/kubernetes/worker-pod.js';
import type { WorkerSpec } from '../../src/workers/worker-spec.js';
import { FakeDockerEngine } from '../support/fake-docker-engine.js';
import { createWorkerNeeds } from '../support/jupyter.js';

const gatewayId = randomUUID();
let fake: FakeDockerEngine;
let containers: WorkerContainers;
let followed: FollowedWorkers;

beforeEach(async () => {
  fake = await FakeDockerEngine.open();
  const { engine } = fake;
  const user = { uid: 1000, gid: 1000 };
  const access = new LocalAccess(new RunFolders('/state', user), user);
  const network = new WorkerNetwork(engine, gatewayId);
  containers = new WorkerContainers({ engine, access, network, gatewayId });
  const packages = { removeUnconfirmed: async () => {} };
  const log = pino({ level: 'silent' });
  followed = new FollowedWorkers({ engine, containers, packages, gatewayId, log });
  await expect.poll(() => fake.isWatched).toBe(true);
});
afterEach(async () => {
  followed.close();
  await fake.close();
});

function specWith(limits: Partial<WorkerSpec['limits']>): WorkerSpec {
  const needs = createWorkerNeeds();
  const folders = { filesDirectory: '/files', stateDirectory: '/state' };
  return { ...needs, ...folders, workerId: randomUUID(), limits: { ...needs.limits, ...limits } };
}

/** What the engine is asked to create; it answers nothing. */
async function hostConfigOf(limits: Partial<WorkerSpec['limits']>) {
  const image = { token: 'token', image: 'worker:1', packages: undefined };
  const creating = containers.run(specWith(limits), image, AbortSignal.timeout(10_000));
  await expect(creating).rejects.toMatchObject({ code: 'runtime_unavailable' });
  return fake.bodies.at(-1)!.HostConfig!;
}

test('the log of a container is rotated', async () => {
  const LogConfig = { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '2' } };
  expect(await hostConfigOf({})).toMatchObject({ LogConfig });
});

test('a container has the GPUs of its class, and without them asks for none', async () => {
  const [request] = (await hostConfigOf({ gpuCount: 2 })).DeviceRequests!;
  expect(request).toMatchObject({ Count: 2, Capabilities: [['gpu']] });
  expect((await hostConfigOf({ gpuCount: 0 })).DeviceRequests).toBeUndefined();
});

test('a container has no more cores than its engine, also after that was restarted with others', async () => {
  expect((await hostConfigOf({ cpuLimit: 8 })).NanoCpus).toBe(4e9);
  for (const cores of [2, 6]) {
    fake.cores = cores;
    fake.cutEvents();
    await expect.poll(() => fake.isWatched).toBe(false);
    await expect.poll(() => fake.isWatched).toBe(true);
    expect((await hostConfigOf({ cpuLimit: 8 })).NanoCpus).toBe(cores * 1e9);
  }
});

test('a Pod has the GPUs of its class, and without them asks for none', () => {
  const resourcesWith = (gpuCount: number) =>
    workerPod(specWith({ gpuCount }), { gatewayId, image: 'worker:1' }).spec!.containers[0]!.resources!;
  const { limits, requests } = resourcesWith(2);
  expect([limits, requests]).toMatchObject([{ 'nvidia.com/gpu': '2' }, { 'nvidia.com/gpu': '2' }]);
  expect(resourcesWith(0).limits).not.toHaveProperty(['nvidia.com/gpu']);
});
