import { randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { V1ContainerStateTerminated, V1PodStatus } from '@kubernetes/client-node';
import pino from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AllowedImages } from '../../src/workers/backends/allowed-images.js';
import { KubernetesBackend } from '../../src/workers/backends/kubernetes/kubernetes-backend.js';
import {
  objectNameOf,
  packagesLabelsOf,
  packagesNameOf,
} from '../../src/workers/backends/kubernetes/worker-object-names.js';
import { removeTree } from '../../src/workers/remove-tree.js';
import type { WorkerExit } from '../../src/workers/worker-exit.js';
import { FakeCluster, jupyterStatus } from '../support/fake-cluster.js';

let environmentsDirectory: string;
let fake: FakeCluster;
let backend: KubernetesBackend;
let exits: WorkerExit[];
let logged: string[];

beforeEach(async () => {
  environmentsDirectory = await mkdtemp(join(tmpdir(), 'kubernetes-adoption-'));
  fake = await FakeCluster.open();
  logged = [];
  exits = [];
  const { config, namespace, gatewayId } = fake;
  backend = new KubernetesBackend({
    ...{ config, namespace, gatewayId, environmentsDirectory },
    images: new AllowedImages({ image: 'worker:1', allowedImages: [] }),
    gateway: { cidrs: [], namespace },
    log: pino({ level: 'warn' }, { write: (line: string) => logged.push(line) }),
  });
  backend.onExit((exit) => exits.push(exit));
});
afterEach(async () => {
  await backend.close();
  await fake.close();
  await removeTree(environmentsDirectory);
});

/** The Pod of an installation that an earlier gateway has left. @returns its name */
function leaveBuild(): string {
  const id = randomUUID();
  fake.add(packagesNameOf(id), packagesLabelsOf(id, fake.gatewayId));
  return packagesNameOf(id);
}

test('workers are adopted beside a Pod of pip that cannot be deleted, which keeps no other', async () => {
  const workerId = randomUUID();
  const stuck = leaveBuild();
  const other = leaveBuild();
  fake.addWorker(workerId);
  fake.stuck.add(stuck);
  const token = `token-of-${objectNameOf(workerId)}`;
  expect((await backend.running()).get(workerId)).toMatchObject({ token });
  await expect.poll(() => fake.pods.has(other)).toBe(false);
  await expect.poll(() => logged.join('')).toContain('was not removed');
  expect([...(await backend.inventory()).abandoned.keys()]).toEqual([stuck]);
});

test('a Pod that is gone before its worker is followed is reported as lost, and a Pod that is there is not', async () => {
  const workerId = randomUUID();
  const other = randomUUID();
  fake.addWorker(workerId);
  fake.addWorker(other);
  fake.beforeSecret = async () => {
    await expect.poll(() => fake.isWatched).toBe(true);
    if (fake.pods.has(objectNameOf(workerId))) fake.remove(objectNameOf(workerId));
    // The watch has seen it.
    await new Promise((resolve) => setTimeout(resolve, 200));
  };
  fake.failingReads = 1;
  expect((await backend.running()).size).toBe(2);
  await expect.poll(() => exits, { timeout: 5_000 }).toMatchObject([{ workerId, reason: 'lost' }]);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(exits).toHaveLength(1);
});

test('a Pod that is gone before the watch has begun is reported as lost, also where the API was away', async () => {
  const workerId = randomUUID();
  fake.addWorker(workerId);
  // The one for the adoption, and none for the watch.
  fake.listsLeft = 1;
  fake.failingReads = 2;
  expect((await backend.running()).size).toBe(1);
  fake.pods.delete(objectNameOf(workerId));
  await expect.poll(() => exits, { timeout: 8_000 }).toMatchObject([{ workerId, reason: 'lost' }]);
});

const terminated = (state: V1ContainerStateTerminated): V1PodStatus => ({
  phase: 'Failed',
  containerStatuses: [{ ...jupyterStatus, ready: false, state: { terminated: state } }],
});

test.each([
  ['out_of_memory', terminated({ exitCode: 137, reason: 'OOMKilled' })],
  ['exited', terminated({ exitCode: 1, reason: 'Error' })],
  [
    'evicted',
    { ...terminated({ exitCode: 137 }), reason: 'Evicted', message: 'The node was low on resource: memory.' },
  ],
  ['deadline_exceeded', { ...terminated({ exitCode: 137 }), reason: 'DeadlineExceeded' }],
])(
  'how a Pod ended while no gateway ran is said, with its output, and it stays until it is stopped: %s',
  async (reason, status) => {
    const workerId = randomUUID();
    const other = randomUUID();
    const name = objectNameOf(workerId);
    fake.addWorker(workerId, status);
    fake.addWorker(other);
    fake.outputs.set(name, `began with token-of-${name}\nended\n`);
    const found = await backend.running();
    expect(found.get(workerId)).toEqual({
      ended: {
        ...{ reason, output: 'began with [token]\nended\n' },
        detail: expect.stringMatching(/^The .*\.$/),
      },
    });
    expect(found.get(other)).toMatchObject({ token: `token-of-${objectNameOf(other)}` });
    expect(fake.pods.has(name)).toBe(true);
    expect(exits).toEqual([]);
    await backend.stop(workerId);
    expect(fake.pods.has(name)).toBe(false);
  },
);

test('a Pod whose start was not finished is found without an end', async () => {
  const workerId = randomUUID();
  fake.addWorker(workerId, { phase: 'Pending', podIP: undefined, containerStatuses: undefined });
  expect(await backend.running()).toEqual(new Map([[workerId, undefined]]));
});
