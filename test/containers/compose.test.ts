import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { chown, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { loadYaml } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { describeOnDocker, docker, dockerHost, workerImage } from '../support/docker.js';
import { infrastructureVariable } from '../support/infrastructure.js';
import { readEvents } from '../support/sse.js';

const project = `test-${randomUUID().slice(0, 8)}`;
const gatewayUser = 10001;
const file = new URL('../../deploy/compose.yaml', import.meta.url);

interface ComposeFile {
  name?: string;
  services: Record<string, { ports?: string[]; volumes: (string | { source: string; bind?: object })[] }>;
}

describeOnDocker('deploy/compose.yaml', { timeout: 120_000 }, () => {
  let folder: string;
  let url: string;
  let token: string;
  const tags: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'compose-'));
    await chown(folder, gatewayUser, gatewayUser);
    await tag(infrastructureVariable('TEST_GATEWAY_IMAGE'), 'notebook-gateway:latest');
    await tag(workerImage, 'notebook-worker:1');
    await tag(infrastructureVariable('TEST_POSTGRES_IMAGE'), 'postgres:15');
    await writeFile(join(folder, 'compose.yaml'), JSON.stringify(await composeFile()));
    await compose('up', '--detach', '--no-build');
    url = `http://127.0.0.1:${await publishedPort()}`;
    await vi.waitUntil(async () => (await healthOf('gateway')) === 'healthy', {
      timeout: 90_000,
      interval: 500,
    });
    token = (await readFile(join(folder, 'admin-token'), 'utf8')).trim();
  }, 180_000);

  afterAll(async () => {
    await removeWorkers();
    await compose('down', '--volumes');
    for (const name of tags) await docker.getImage(name).remove({ force: true });
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  async function tag(image: string, name: string): Promise<void> {
    const [repo = '', version] = name.split(':');
    await docker.getImage(image).tag({ repo, tag: version });
    tags.push(name);
  }

  /**
   * The file without what Compose 1.29 of Debian does not know (`name`, and that no folder is created for a bind), with the
   * socket of the engine of the tests, and with any port that is free.
   */
  async function composeFile(): Promise<ComposeFile> {
    const { name: _name, ...described } = loadYaml<ComposeFile>(await readFile(file, 'utf8'));
    const gateway = described.services.gateway!;
    gateway.ports = ['127.0.0.1::4000'];
    for (const volume of gateway.volumes) {
      if (typeof volume === 'string') continue;
      delete volume.bind;
      if (volume.source === '/var/run/docker.sock') volume.source = dockerHost.slice('unix://'.length);
    }
    return described;
  }

  async function compose(...args: string[]): Promise<void> {
    const { gid } = await stat(dockerHost.slice('unix://'.length));
    const env = {
      ...{ PATH: process.env.PATH, HOME: folder, DOCKER_HOST: dockerHost },
      ...{ DATA_DIR: folder, DOCKER_GID: String(gid), POSTGRES_PASSWORD: password },
    };
    const at = ['--project-name', project, '--file', join(folder, 'compose.yaml')];
    await promisify(execFile)('docker-compose', [...at, ...args], { env });
  }
  const password = randomBytes(12).toString('hex');

  async function service(name: string) {
    const label = [`com.docker.compose.project=${project}`, `com.docker.compose.service=${name}`];
    const [found] = await docker.listContainers({ all: true, filters: { label } });
    return docker.getContainer(found!.Id).inspect();
  }
  const healthOf = async (name: string) => (await service(name)).State.Health?.Status;
  const publishedPort = async () =>
    (await service('gateway')).NetworkSettings.Ports['4000/tcp']![0]!.HostPort;
  const workers = async () => {
    const found = await docker.listContainers({
      all: true,
      filters: { label: ['io.notebook-gateway.worker'] },
    });
    return found.filter(({ Mounts }) => Mounts.some(({ Source }) => Source.startsWith(`${folder}/`)));
  };
  async function removeWorkers(): Promise<void> {
    for (const { Id } of await workers()) await docker.getContainer(Id).remove({ force: true, v: true });
  }

  const headers = () => ({ authorization: `Bearer ${token}`, 'content-type': 'application/json' });
  async function post(path: string, body: object): Promise<any> {
    const answer = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: headers(),
      body: JSON.stringify(body),
    });
    expect(answer.status).toBeLessThan(300);
    return answer.json();
  }

  test('runs a gateway that keeps its data in PostgreSQL, and a cell in a container of its own', async () => {
    expect(await healthOf('database')).toBe('healthy');
    const query = `mutation {
      createSpace(input: { slug: "first", name: "First" }) { id }
      createRepository(spaceSlug: "first", input: { name: "notes", kind: analysis }) { id }
    }`;
    const { data, errors } = await post('/graphql', { query });
    expect(errors).toBeUndefined();
    const base = '/api/v1.0/engagement/spaces/first/notebooks';
    const repository = { default_repository_id: data.createRepository.id };
    const workspace = await post(`${base}/workspaces`, { name: 'First', ...repository });
    const session = await post(`${base}/sessions`, { workspace_id: workspace.id });
    const run = await fetch(`${url}${base}/sessions/${session.id}/execute/stream`, {
      method: 'POST',
      headers: headers(),
      body: JSON.stringify({ code: 'import os; print(6 * 7, os.getuid(), os.listdir("/sys/class/net"))' }),
    });
    const events = await readEvents(run);
    const text = events.map(({ data }) => (data.type === 'stream' ? data.text : '')).join('');
    expect(text).toBe(`42 ${gatewayUser} ['lo']\n`);
    expect(await workers()).toHaveLength(1);
  });
});
