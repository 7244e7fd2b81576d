import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { callDemo, sendJson } from '../support/demo-requests.js';
import { describeOnDocker, docker, dockerHost, workerImage } from '../support/docker.js';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.js';
import { readEvents } from '../support/sse.js';

const env = { WORKER_BACKENDS: 'docker', DOCKER_HOST: dockerHost, WORKER_IMAGE: workerImage };

describeOnDocker('a gateway whose workers are containers', { timeout: 150_000 }, () => {
  let dataDir: string;
  let gateway: GatewayProcess;
  let token: string;
  const workerIds = new Set<string>();
  /** Made to install packages. */
  let network: string | undefined;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'gateway-docker-'));
    gateway = await startGatewayProcess(dataDir, env);
    token = (await readFile(join(dataDir, 'admin-token'), 'utf8')).trim();
  });
  afterAll(async () => {
    await gateway.kill('SIGKILL');
    for (const { Id } of await containers()) await docker.getContainer(Id).remove({ force: true, v: true });
    if (network) await docker.getNetwork(network).remove();
    await rm(dataDir, { recursive: true, force: true });
  });

  /** The containers of all workers of this file. */
  async function containers() {
    const all = await docker.listContainers({
      all: true,
      filters: { label: ['io.notebook-gateway.worker'] },
    });
    return all.filter(({ Labels }) => workerIds.has(Labels['io.notebook-gateway.worker']!));
  }

  const send = (method: string, path: string, body?: object) =>
    callDemo({ url: gateway.url, token }, method, path, body);
  const openSession = async (resourceClass = 'standard') => {
    const body = {
      workspace_id: demo.workspaceId,
      path: demo.notebookPath,
      resource_class_id: resourceClass,
    };
    const response = await send('POST', '/sessions', body);
    expect([200, 201]).toContain(response.status);
    const session = (await response.json()) as { id: string; worker_id: string; status: string };
    workerIds.add(session.worker_id);
    return session;
  };
  const startWorker = async () => {
    const response = await send('POST', '/workers', { workspace_id: demo.workspaceId });
    const worker = (await response.json()) as { id: string; status: string; backend: string };
    workerIds.add(worker.id);
    return worker;
  };
  const execute = async (sessionId: string, code: string) =>
    readEvents(await send('POST', `/sessions/${sessionId}/execute/stream`, { code, cell_index: 0 }));
  const runCell = async (sessionId: string, code: string) => {
    const events = await execute(sessionId, code);
    return events
      .filter(({ data }) => data.type === 'stream')
      .map(({ data }) => data.text)
      .join('');
  };

  test('runs cells on the files of the branch, which belong to the user of the container', async () => {
    const session = await openSession();
    expect(session.status).toBe('idle');
    const worker = await send('GET', `/workers?workspace_id=${demo.workspaceId}`);
    expect(await worker.json()).toMatchObject({ items: [{ backend: 'docker', status: 'ready' }] });
    const printed = await runCell(
      session.id,
      `
import os, pathlib
print(os.getcwd(), sorted(os.listdir()))
pathlib.Path('made-by-the-kernel.txt').write_text('hello')
print(os.stat('welcome.ipynb').st_uid, os.access('welcome.ipynb', os.W_OK))
`,
    );
    expect(printed).toBe("/work/notebooks ['welcome.ipynb']\n1000 True\n");
    const made = join(dataDir, 'workers', session.worker_id, 'files/notebooks/made-by-the-kernel.txt');
    expect(await readFile(made, 'utf8')).toBe('hello');
    expect((await stat(made)).uid).toBe(1000);
  });

  test('shows a saved file to the running kernel', async () => {
    const session = await openSession();
    const path = `/workspaces/${demo.workspaceId}/authoring-files`;
    expect((await send('POST', path, { path: 'notebooks/data.txt', content: 'saved' })).status).toBe(201);
    await vi.waitFor(
      async () => expect(await runCell(session.id, "print(open('data.txt').read())")).toBe('saved\n'),
      { timeout: 10_000 },
    );
  });

  test('finds its worker, and the memory of its kernel, after it was killed', async () => {
    const session = await openSession();
    await runCell(session.id, 'kept = 42');
    await gateway.kill('SIGKILL');
    gateway = await startGatewayProcess(dataDir, env);
    expect((await openSession()).id).toBe(session.id);
    expect(await runCell(session.id, 'print(kept)')).toBe('42\n');
  });

  test('reports a worker whose container was killed as failed', async () => {
    const session = await openSession();
    await docker.getContainer(`notebook-worker-${session.worker_id}`).kill();
    await vi.waitFor(
      async () => {
        const list = await send('GET', '/workers?include_stopped=true');
        const { items } = (await list.json()) as { items: { id: string }[] };
        expect(items.find(({ id }) => id === session.worker_id)).toMatchObject({
          status: 'failed',
          status_reason: 'exited',
        });
      },
      { timeout: 15_000 },
    );
    await vi.waitFor(async () => expect(await containers()).toEqual([]), { timeout: 15_000 });
  });

  test('says that a run ended because its kernel had no memory left, and the worker goes on', async () => {
    const query = `mutation {
      createResourceClass(input: {
        id: "small", name: "Small", cpuLimit: 1, memoryMb: 256, workspaceStorageMb: 64, tmpStorageMb: 64
      }) { id }
    }`;
    const created = await sendJson({ url: gateway.url, token }, 'POST', '/graphql', { query });
    expect(await created.json()).toEqual({ data: { createResourceClass: { id: 'small' } } });
    const session = await openSession('small');
    const events = await execute(session.id, 'x = []\nwhile True: x.append(bytearray(16 * 1024 * 1024))');
    expect(events.at(-1)).toMatchObject({
      event: 'error',
      data: { code: 'kernel_died', detail: 'The kernel stopped: out of memory.' },
    });
    await vi.waitFor(async () => expect(await runCell(session.id, 'print(6 * 7)')).toBe('42\n'), {
      timeout: 20_000,
    });
    expect((await send('DELETE', `/workers/${session.worker_id}`)).status).toBe(204);
  });

  test('gives kernels the packages of the branch, and says why they cannot be installed', async () => {
    const path = `/workspaces/${demo.workspaceId}/authoring-files`;
    const content = 'tabulate==0.9.0\n';
    expect((await send('POST', path, { path: 'requirements.txt', content })).status).toBe(201);
    const session = await openSession();
    const [container] = await containers();
    network = `notebook-workers-${container!.Labels['io.notebook-gateway.gateway']}`;
    expect(await runCell(session.id, 'import tabulate; print(tabulate.__version__)')).toBe('0.9.0\n');
    expect((await send('DELETE', `/workers/${session.worker_id}`)).status).toBe(204);
    const broken = { path: 'requirements.txt', content: 'package @ https://example.com/package.tar.gz\n' };
    const file = `/workspaces/${demo.workspaceId}/authoring-file`;
    expect((await send('PUT', file, broken)).status).toBe(200);
    const refused = await send('POST', '/sessions', {
      workspace_id: demo.workspaceId,
      path: demo.notebookPath,
    });
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({
      detail:
        'The file requirements.txt could not be installed: line 1 has an address or asks for source code, and the ' +
        'profile has no egress. Change it and start a new worker.',
    });
    expect((await send('PUT', file, { ...broken, content: '' })).status).toBe(200);
  });

  test('leaves nothing of the starts during which it was killed', async () => {
    for (const delayMs of [20, 250, 500, 900]) {
      await startWorker();
      await sleep(delayMs);
      await gateway.kill('SIGKILL');
      gateway = await startGatewayProcess(dataDir, env);
      const list = (await (await send('GET', '/workers')).json()) as {
        items: { id: string; status: string }[];
      };
      for (const { id, status } of list.items) {
        expect(status).toBe('ready');
        expect((await send('DELETE', `/workers/${id}`)).status).toBe(204);
      }
      await vi.waitFor(async () => expect(await containers()).toEqual([]), { timeout: 15_000 });
      expect(await readdir(join(dataDir, 'workers/docker'))).toEqual([]);
      expect(await readdir(join(dataDir, 'workers'))).toEqual(['docker']);
    }
  });
});
