import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { WorkerBackend } from '../../src/workers/backend.js';
import { openDockerBackend } from '../../src/workers/backends/docker/open-docker-backend.js';
import { builderLabels, labelsOf } from '../../src/workers/backends/docker/worker-labels.js';
import { removeTree } from '../../src/workers/remove-tree.js';
import { type FakeContainer, FakeDockerEngine } from '../support/fake-docker-engine.js';

let root: string;
let environments: string;
let gatewayId: string;
let fake: FakeDockerEngine;
let backend: WorkerBackend;
let logged: string[];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'docker-adoption-'));
  environments = join(root, 'environments');
  gatewayId = randomUUID();
  fake = await FakeDockerEngine.open();
  logged = [];
  backend = openDockerBackend({
    config: { dockerHost: fake.host, dockerCertPath: undefined, image: 'worker:1', allowedImages: [] },
    ...{ stateRoot: root, environmentsDirectory: environments, gatewayId },
    log: pino({ level: 'warn' }, { write: (line: string) => logged.push(line) }),
  });
});
afterEach(async () => {
  await backend.close();
  await fake.close();
  await removeTree(root);
});

/** A worker that an earlier gateway has started. */
async function leaveWorker(): Promise<{ workerId: string; container: FakeContainer }> {
  const workerId = randomUUID();
  const folder = join(root, 'docker', workerId);
  await mkdir(join(folder, 'socket'), { recursive: true });
  await writeFile(join(folder, 'token'), `token-of-${workerId}`);
  await writeFile(join(folder, 'finished'), '');
  return { workerId, container: fake.add(`c-${workerId}`, labelsOf(gatewayId, workerId)) };
}

/** A container of pip that an earlier gateway has left, with its folder. */
async function leaveBuild(id: string): Promise<void> {
  fake.add(id, builderLabels(gatewayId, environments));
  await mkdir(join(environments, `partial-${Date.now()}-${id}`), { recursive: true });
}

test('what installed packages is removed after a kill, with its folder', async () => {
  await leaveBuild('pip');
  expect(await backend.running()).toEqual(new Map());
  await expect.poll(() => [...fake.containers.keys()]).toEqual([]);
  await expect.poll(() => readdir(environments)).toEqual([]);
});

test.each([0, 1_000])(
  'workers are adopted beside a container of pip that fails to stop after %i ms',
  async (ms) => {
    fake.stopMs = ms;
    const { workerId } = await leaveWorker();
    await leaveBuild('stuck');
    await leaveBuild('other');
    fake.stuck.add('stuck');
    const begun = performance.now();
    expect((await backend.running()).get(workerId)).toMatchObject({ token: `token-of-${workerId}` });
    expect(performance.now() - begun).toBeLessThan(900);
    // One that is stuck keeps no other.
    await expect
      .poll(() => [...fake.containers.keys()], { timeout: 5_000 })
      .toEqual([`c-${workerId}`, 'stuck']);
    await expect.poll(() => logged.join('')).toContain('did not receive an exit event');
    // Code of packages may run on in it.
    expect(await readdir(environments)).toHaveLength(2);
    // A sweep finds what is left, and a new installation does not wait for it.
    expect([...(await backend.inventory()).abandoned.keys()]).toEqual(['stuck']);
  },
);
