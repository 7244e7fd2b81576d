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
import { endedUnwatched } from '../../src/workers/worker-exit.js';
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

/** How a worker ended while no gateway ran. */
function end(container: FakeContainer, state: Partial<FakeContainer['state']>): void {
  Object.assign(container.state, { Running: false, FinishedAt: new Date().toISOString(), ...state });
}

test('how a server ended while no gateway ran is said, with its output, and its container stays until it is stopped', async () => {
  const { workerId, container } = await leaveWorker();
  const running = await leaveWorker();
  const secret = 'value-of-the-profile';
  container.environment = [`KEY=${secret}`, 'WORKER_ROOT=/work'];
  container.output = `began with token-of-${workerId}\nended with ${secret}\n`;
  end(container, { ExitCode: 3 });
  const found = await backend.running();
  expect(found.get(workerId)).toEqual({
    ended: {
      reason: 'exited',
      detail: 'The Jupyter server of this worker ended by itself with status 3; start a new worker.',
      output: `began with [token]\nended with ${secret}\n`,
    },
  });
  expect(found.get(running.workerId)).toMatchObject({ token: `token-of-${running.workerId}` });
  expect(logged.join('')).toContain('ended with [hidden]');
  expect(logged.join('')).not.toContain(secret);
  expect(fake.containers.size).toBe(2);
  await backend.stop(workerId);
  expect([...fake.containers.keys()]).toEqual([running.container.id]);
});

test.each([
  ['shortly before, the engine said so', 2_000, 'out_of_memory', /ran out of memory; start a new one/],
  ['an hour before, a kernel had none', 3_600_000, 'exited', /ran out of memory then or before/],
])(
  'a server that was killed while no gateway ran and had no memory left: %s',
  async (_, ms, reason, detail) => {
    const { workerId, container } = await leaveWorker();
    fake.emit('oom', container, Date.now() - ms);
    end(container, { ExitCode: 137, OOMKilled: true });
    const ended = expect.objectContaining({ reason, detail: expect.stringMatching(detail) });
    expect((await backend.running()).get(workerId)).toEqual({ ended });
  },
);

test('what no engine says of an end keeps no other worker', async () => {
  const [broken, gone, never, paused, running] = await Promise.all(Array.from({ length: 5 }, leaveWorker));
  end(broken!.container, { ExitCode: 1 });
  fake.uninspectable.add(broken!.container.id);
  fake.containers.delete(gone!.container.id);
  never!.container.listed = 'created';
  paused!.container.listed = 'paused';
  const found = await backend.running();
  expect(found.get(broken!.workerId)).toEqual({ ended: endedUnwatched });
  expect(found.get(gone!.workerId)).toBeUndefined();
  expect(found.get(never!.workerId)).toBeUndefined();
  for (const { workerId } of [paused!, running!])
    expect(found.get(workerId)).toMatchObject({ token: `token-of-${workerId}` });
  expect([...found.keys()]).toHaveLength(5);
});
