import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { objectNameOf } from '../../src/workers/backends/kubernetes/worker-object-names.js';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.js';
import { infrastructureVariable, machineAddress } from '../support/infrastructure.js';
import { expectMemoryKept } from '../support/keep-memory.js';
import {
  createTestNamespace,
  describeWithCluster,
  type TestNamespace,
  testImage,
} from '../support/kubernetes.js';
import { WorkerClient, type WorkerState } from '../support/worker-client.js';

/** How long everything may take to be owned or gone, once the gateway listens again. */
const maxMs = 30_000;

describeWithCluster('a gateway with Pods that is killed', { timeout: 180_000 }, () => {
  let namespace: TestNamespace;
  let dataDir: string;
  let gateway: GatewayProcess;
  let token: string;
  /** A package index that accepts connections and never answers. */
  let index: Server;
  const waiting: Socket[] = [];

  const start = () =>
    startGatewayProcess(dataDir, {
      WORKER_BACKENDS: 'kubernetes',
      WORKER_IMAGE: testImage,
      KUBECONFIG: infrastructureVariable('TEST_KUBECONFIG'),
      KUBERNETES_NAMESPACE: namespace.name,
      KUBERNETES_GATEWAY_CIDRS: infrastructureVariable('TEST_GATEWAY_CIDRS'),
      KUBERNETES_INDEX_CIDRS: `${machineAddress()}/32`,
    });

  beforeAll(async () => {
    index = createServer((socket) => waiting.push(socket.on('error', () => {}))).listen(0, '0.0.0.0');
    await once(index, 'listening');
    namespace = await createTestNamespace();
    dataDir = await mkdtemp(join(tmpdir(), 'gateway-kills-'));
    gateway = await start();
    token = (await readFile(join(dataDir, 'admin-token'), 'utf8')).trim();
    const url = `http://${machineAddress()}:${(index.address() as AddressInfo).port}/simple/`;
    await graphql(`mutation {
      updateResourceClass(id: "standard", input: { cpuLimit: 0.5, memoryMb: 512, workspaceStorageMb: 64, tmpStorageMb: 64 }) { id }
      updateKernelProfile(id: "python3", input: { environment: [
        { name: "PIP_INDEX_URL", value: "${url}" }, { name: "PIP_TRUSTED_HOST", value: "${machineAddress()}" }
      ] }) { id }
    }`);
  });

  afterAll(async () => {
    await gateway?.kill('SIGKILL');
    await namespace?.remove();
    for (const socket of waiting) socket.destroy();
    index.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  const client = new WorkerClient(() => ({ url: gateway.url, token }));
  const graphql = async (query: string) =>
    expect(await (await client.send('POST', '/graphql', { query })).json()).not.toHaveProperty('errors');
  const folders = async () =>
    (await readdir(join(dataDir, 'workers')).catch(() => [])).filter((name) => /^[0-9a-f-]{36}$/.test(name));

  /** Kills the gateway, starts it again, and returns the worker once each object and folder belongs to a live row. */
  async function killAndStart(id: string): Promise<WorkerState> {
    await gateway.kill('SIGKILL');
    gateway = await start();
    const isOwned = async () => {
      const all = await client.workers();
      const live = all.filter(({ status }) => ['ready', 'busy'].includes(status)).map((one) => one.id);
      const ended = all.filter(({ status }) => ['stopped', 'failed'].includes(status));
      const objects = live.flatMap((one) =>
        ['pod', 'secret', 'policy'].map((kind) => `${kind}/${objectNameOf(one)}`),
      );
      expect(live.length + ended.length).toBe(all.length);
      expect((await namespace.objects()).sort()).toEqual(objects.sort());
      expect((await folders()).sort()).toEqual(live.sort());
    };
    await expect
      .poll(() => isOwned().then(() => 'owned', String), { timeout: maxMs, interval: 200 })
      .toBe('owned');
    return client.find(id);
  }

  async function untilSecret(): Promise<void> {
    while (!(await namespace.objects()).some((name) => name.startsWith('secret/'))) await sleep(20);
  }

  test.each([
    ['as soon as it was asked for', async () => {}],
    ['when its Pod waits for its server', untilSecret],
  ])('%s: the start has failed, and nothing of it is left', async (_when, moment) => {
    const { id } = await client.start();
    await moment();
    expect(await killAndStart(id)).toMatchObject({ status: 'failed', status_reason: 'start_failed' });
    expect(await namespace.objects()).toEqual([]);
  });

  test('while packages are installed for it: the start has failed, and nothing of it is left', async () => {
    const file = { path: 'requirements.txt', content: 'never-there==1.0\n' };
    const path = `/workspaces/${demo.workspaceId}/authoring-file`;
    expect((await client.call('POST', `${path}s`, file)).status).toBe(201);
    const { id } = await client.start();
    const [socket] = waiting.length ? waiting : ((await once(index, 'connection')) as [Socket]);
    expect(socket!.remoteAddress).toBeDefined();
    expect((await namespace.objects()).some((name) => name.startsWith('pod/packages-'))).toBe(true);
    expect(await killAndStart(id)).toMatchObject({ status: 'failed', status_reason: 'start_failed' });
    expect(await namespace.objects()).toEqual([]);
    expect((await client.call('PUT', path, { ...file, content: '' })).status).toBe(200);
  });

  test('while it is idle, busy and stopping: its row stays true, and its kernel keeps its memory', async () => {
    const worker_id = await expectMemoryKept(client, killAndStart);

    void client.call('DELETE', `/workers/${worker_id}`).catch(() => {});
    while ((await client.find(worker_id)).status !== 'stopping') await sleep(5);
    expect(await killAndStart(worker_id)).toMatchObject({ status: 'stopped', status_reason: 'requested' });
    expect(await namespace.objects()).toEqual([]);
  });
});
