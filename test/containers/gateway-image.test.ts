import { randomUUID } from 'node:crypto';
import type { Container } from 'dockerode';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dockerEngine } from '../support/docker-engine.js';
import { infrastructureVariable } from '../support/infrastructure.js';
import { untilSuccess } from '../support/until-success.js';

const adminToken = randomUUID();
const second = 1_000_000_000;
let container: Container;
let url: string;

beforeAll(async () => {
  container = await dockerEngine().createContainer({
    Image: infrastructureVariable('TEST_GATEWAY_IMAGE'),
    Env: [`ADMIN_TOKEN=${adminToken}`],
    // Without a command of its own, it is the image's check.
    Healthcheck: { Interval: second },
    HostConfig: {
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      ReadonlyRootfs: true,
      Tmpfs: { '/tmp': 'rw,noexec,nosuid,nodev,size=64m' },
    },
  });
  await container.start();
  const { NetworkSettings } = await container.inspect();
  url = `http://${NetworkSettings.Networks.bridge?.IPAddress}:4000`;
  await untilSuccess('The gateway', 100_000, () => fetch(`${url}/healthz`));
});

afterAll(() => container?.remove({ force: true, v: true }));

it('serves the API and finds git, with a read-only root and without capabilities', async () => {
  const ready = await fetch(`${url}/readyz`);
  expect(await ready.json()).toMatchObject({ status: 'ok', git: { version: expect.any(String) } });
  const answer = await fetch(`${url}/api/v1.0/engagement/spaces/demo/notebooks/workspaces`, {
    headers: { authorization: `Bearer ${adminToken}` },
  });
  expect(answer.status).toBe(200);
});

it('does not run as root', async () => {
  const { Processes } = await container.top({ ps_args: '-eo uid,pid' });
  expect(new Set(Processes.map(([uid]: string[]) => uid))).toEqual(new Set(['10001']));
});

it('reports its health to Docker', async () => {
  const healthOf = async () => (await container.inspect()).State.Health?.Status;
  await expect.poll(healthOf, { timeout: 20_000 }).toBe('healthy');
});

it('stops by itself on SIGTERM', async () => {
  await container.stop({ t: 20 });
  expect((await container.inspect()).State.ExitCode).toBe(0);
});
