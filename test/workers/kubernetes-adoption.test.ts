import { randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
import { FakeCluster } from '../support/fake-cluster.js';

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
