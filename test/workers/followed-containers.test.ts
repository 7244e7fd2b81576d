import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { bindMount } from '../../src/workers/backends/docker/bind-mount.js';
import { FollowedWorkers } from '../../src/workers/backends/docker/followed-workers.js';
import { PackageBuilder } from '../../src/workers/backends/docker/package-builder.js';
import { UsageMeter } from '../../src/workers/backends/docker/usage-meter.js';
import { WorkerContainers } from '../../src/workers/backends/docker/worker-containers.js';
import { builderLabels, labelsOf } from '../../src/workers/backends/docker/worker-labels.js';
import { WorkerNetwork } from '../../src/workers/backends/docker/worker-network.js';
import type { WorkerExit } from '../../src/workers/worker-exit.js';
import { type FakeContainer, FakeDockerEngine } from '../support/fake-docker-engine.js';

const gatewayId = randomUUID();
const directory = '/environments';
const user = { uid: 1000, gid: 1000 };

let fake: FakeDockerEngine;
let builder: PackageBuilder;
let followed: FollowedWorkers;
let exits: WorkerExit[];
let outOfMemory: string[];

beforeEach(async () => {
  fake = await FakeDockerEngine.open();
  const { engine } = fake;
  const network = new WorkerNetwork(engine, gatewayId);
  // No container is created through it.
  const access = {} as ConstructorParameters<typeof WorkerContainers>[0]['access'];
  const log = pino({ level: 'silent' });
  builder = new PackageBuilder({ engine, network, gatewayId, user, directory, log });
  const containers = new WorkerContainers({ engine, access, network, gatewayId });
  followed = new FollowedWorkers({ engine, containers, packages: builder, gatewayId, log });
  exits = [];
  outOfMemory = [];
  followed.onExit((exit) => exits.push(exit));
  followed.onOutOfMemory((workerId) => outOfMemory.push(workerId));
  await expect.poll(() => fake.isWatched).toBe(true);
});
afterEach(async () => {
  followed.close();
  await fake.close();
});

async function follow(): Promise<{ workerId: string; container: FakeContainer }> {
  const workerId = randomUUID();
  const container = fake.add(`c-${workerId}`, labelsOf(gatewayId, workerId));
  const { inspections } = fake;
  followWorker(workerId, container);
  // It has been found running.
  await expect.poll(() => fake.inspections).toBeGreaterThan(inspections);
  return { workerId, container };
}

function followWorker(workerId: string, container: FakeContainer): void {
  const endpoint = { baseUrl: 'http://127.0.0.1:9/', token: 'none' };
  followed.follow(workerId, { containerId: container.id, endpoint, meter: new UsageMeter(Date.now()) });
}

function end(container: FakeContainer, state: Partial<FakeContainer['state']> = {}): void {
  const FinishedAt = new Date().toISOString();
  Object.assign(container.state, { Running: false, ExitCode: 137, FinishedAt, ...state });
  fake.emit('die', container);
}

test('an end is reported once, also where the engine fails to inspect the container at first', async () => {
  const { workerId, container } = await follow();
  fake.failingInspections = 3;
  end(container);
  await expect.poll(() => exits, { timeout: 8_000 }).toMatchObject([{ workerId, reason: 'exited' }]);
  expect(fake.failingInspections).toBe(0);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(exits).toHaveLength(1);
});

test('an end before the worker was followed is reported, also where the first inspection fails', async () => {
  const workerId = randomUUID();
  const container = fake.add(`c-${workerId}`, labelsOf(gatewayId, workerId));
  container.state.Running = false;
  fake.failingInspections = 1;
  followWorker(workerId, container);
  await expect.poll(() => exits).toMatchObject([{ workerId, reason: 'exited' }]);
});

test('a container that cannot be inspected is not inspected any more once nobody follows it', async () => {
  const { workerId, container } = await follow();
  fake.failingInspections = 1_000;
  end(container);
  await expect.poll(() => fake.failingInspections).toBeLessThan(999);
  followed.unfollow(workerId);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const { inspections } = fake;
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(fake.inspections).toBe(inspections);
  expect(exits).toEqual([]);
});

test('that a process had no memory left is reported, also where the engine does not inspect the container', async () => {
  const { workerId, container } = await follow();
  fake.failingInspections = 1_000;
  fake.emit('oom', container);
  await expect.poll(() => outOfMemory).toEqual([workerId]);
  expect(exits).toEqual([]);
});

test('a server that is killed is out_of_memory where the engine said so shortly before', async () => {
  const { workerId, container } = await follow();
  fake.emit('oom', container);
  end(container, { OOMKilled: true });
  await expect.poll(() => exits).toMatchObject([{ workerId, reason: 'out_of_memory' }]);
});

test('a server that is killed an hour after a kernel had no memory left has exited', async () => {
  const { workerId, container } = await follow();
  fake.emit('oom', container, Date.now() - 3_600_000);
  await expect.poll(() => outOfMemory).toEqual([workerId]);
  end(container, { OOMKilled: true });
  await expect.poll(() => exits).toMatchObject([{ workerId, reason: 'exited' }]);
});

/** Ends a container while nobody watches. */
function endUnseen(container: FakeContainer): void {
  fake.cutEvents();
  Object.assign(container.state, { Running: false, ExitCode: 1, FinishedAt: new Date().toISOString() });
}

test('an end that was missed is reported where a late container cannot be removed, which is tried again', async () => {
  const { workerId, container } = await follow();
  const removals = [
    vi.spyOn(WorkerContainers.prototype, 'removeUnconfirmed').mockRejectedValue(new Error('it is stuck')),
    vi.spyOn(builder, 'removeUnconfirmed').mockRejectedValue(new Error('it is stuck')),
  ];
  onTestFinished(() => void vi.restoreAllMocks());
  endUnseen(container);
  await expect.poll(() => exits, { timeout: 5_000 }).toMatchObject([{ workerId, reason: 'exited' }]);
  for (const removal of removals)
    await expect.poll(() => removal.mock.calls.length, { timeout: 5_000 }).toBeGreaterThan(1);
  // The engine is watched all the same.
  const other = await follow();
  end(other.container);
  await expect.poll(() => exits).toMatchObject([{ workerId }, { workerId: other.workerId }]);
});

test('an end that was missed is reported where the engine fails to inspect another container', async () => {
  const stuck = await follow();
  const { workerId, container } = await follow();
  fake.uninspectable.add(stuck.container.id);
  stuck.container.state.Running = false;
  endUnseen(container);
  await expect.poll(() => exits, { timeout: 5_000 }).toMatchObject([{ workerId, reason: 'exited' }]);
  fake.uninspectable.clear();
  await expect
    .poll(() => exits, { timeout: 8_000 })
    .toMatchObject([{ workerId }, { workerId: stuck.workerId }]);
});

const build = {
  image: 'worker:1',
  mount: bindMount('/environments/partial', '/environment'),
  environment: {},
  wheelsOnly: false,
};

test('a container of pip is removed that the engine creates after the request was given up', async () => {
  const building = builder.run(build, AbortSignal.timeout(10_000));
  await expect(building).rejects.toMatchObject({ code: 'runtime_unavailable' });
  // What another process builds is left alone.
  fake.add('other', builderLabels(gatewayId, directory));
  expect(fake.requested).toHaveLength(1);
  fake.createLate();
  expect(fake.containers.size).toBe(2);
  await expect.poll(() => [...fake.containers.keys()]).toEqual(['other']);
});

test('a container of pip is removed that the engine created without an answer', async () => {
  followed.close();
  fake.createsUnanswered = true;
  const building = builder.run(build, AbortSignal.timeout(10_000));
  await expect(building).rejects.toMatchObject({ code: 'runtime_unavailable' });
  expect(fake.requested).toHaveLength(1);
  expect([...fake.containers.keys()]).toEqual([]);
});
