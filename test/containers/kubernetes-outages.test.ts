import type { V1Pod } from '@kubernetes/client-node';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { JupyterClient } from '../../src/engines/kernels/jupyter-client.js';
import { ClusterClient } from '../../src/workers/backends/kubernetes/cluster-client.js';
import { ClusterError } from '../../src/workers/backends/kubernetes/cluster-error.js';
import type { KubernetesBackend } from '../../src/workers/backends/kubernetes/kubernetes-backend.js';
import { objectNameOf } from '../../src/workers/backends/kubernetes/worker-object-names.js';
import type { WorkerExit } from '../../src/workers/worker-exit.js';
import {
  killApiServer,
  restartContainerd,
  startApiServer,
  startKubelet,
  stopKubelet,
} from '../support/cluster.js';
import { runCell, startPython } from '../support/kernel.js';
import {
  createPodSpec,
  createTestNamespace,
  describeWithCluster,
  type TestNamespace,
} from '../support/kubernetes.js';

describeWithCluster('outages of the cluster', { timeout: 180_000 }, () => {
  let namespace: TestNamespace;
  let backend: KubernetesBackend;
  let exits: WorkerExit[];
  const noReport = () => {};

  beforeEach(async () => {
    namespace = await createTestNamespace();
    // On a busy machine the kubelet needs some seconds after an outage until it can ask a worker whether it is ready.
    backend = namespace.open({ maxTroubleMs: 30_000 });
    exits = [];
    backend.onExit((exit) => exits.push(exit));
  });

  afterEach(async () => {
    await backend.close();
    await namespace.remove();
  });

  async function start() {
    const spec = createPodSpec();
    const endpoint = await backend.start(spec, noReport, AbortSignal.timeout(60_000));
    const kernel = await startPython(new JupyterClient(endpoint));
    const answers = async () => (await runCell(kernel, 'print(6 * 7)')).text === '42\n';
    return { workerId: spec.workerId, answers };
  }

  async function expectExit(workerId: string, reason: string, ms = 30_000): Promise<void> {
    await vi.waitFor(() => expect(exits).toMatchObject([{ workerId, reason }]), { timeout: ms });
  }

  test('without the API server workers run on, all else is unavailable, and it heals by itself', async () => {
    const { workerId, answers } = await start();
    await killApiServer();
    try {
      expect(await answers()).toBe(true);
      expect(await backend.unavailableReason()).toMatch(/does not answer/);
      const unavailable = { code: 'runtime_unavailable', message: expect.stringMatching(/does not answer/) };
      await expect(
        backend.start(createPodSpec(), noReport, AbortSignal.timeout(60_000)),
      ).rejects.toMatchObject(unavailable);
      await expect(backend.running()).rejects.toMatchObject(unavailable);
      await expect(backend.stop(createPodSpec().workerId)).rejects.toMatchObject(unavailable);
    } finally {
      await startApiServer();
    }
    expect(exits).toEqual([]);
    await vi.waitFor(async () => expect(await backend.unavailableReason()).toBeNull(), { timeout: 20_000 });
    expect([...(await backend.running()).keys()]).toEqual([workerId]);
    // The watch sees changes again.
    const at = { namespace: namespace.name, name: objectNameOf(workerId) };
    await namespace.core.deleteNamespacedPod({ ...at, gracePeriodSeconds: 0 });
    await expectExit(workerId, 'lost');
  });

  test('a Pod that was removed while nobody watched is reported after the watch is back', async () => {
    const { workerId } = await start();
    await killApiServer();
    // By now the watch waits seconds between its attempts.
    await new Promise((resolve) => setTimeout(resolve, 8_000));
    await startApiServer();
    const at = { namespace: namespace.name, name: objectNameOf(workerId) };
    await namespace.core.deleteNamespacedPod({ ...at, gracePeriodSeconds: 0 });
    await expectExit(workerId, 'lost');
  });

  test('a start goes on after the API server was away', async () => {
    const spec = createPodSpec();
    const messages: string[] = [];
    const starting = backend.start(spec, (_, message) => messages.push(message), AbortSignal.timeout(90_000));
    starting.catch(() => {});
    await vi.waitFor(() => expect(messages).toContain('Waiting for Jupyter'), {
      timeout: 20_000,
      interval: 10,
    });
    await killApiServer();
    await startApiServer();
    await new JupyterClient(await starting).probe(5_000);
  });

  test('a Pod that the API creates after the request was given up is deleted, and no other', async () => {
    const { workerId, answers } = await start();
    const really = ClusterClient.prototype.createPod;
    const createPod = vi.spyOn(ClusterClient.prototype, 'createPod');
    let created: Promise<V1Pod> | undefined;
    createPod.mockImplementationOnce(async function (this: ClusterClient, body) {
      created = new Promise((resolve) => setTimeout(resolve, 2_000)).then(() => really.call(this, body));
      throw new ClusterError('unreachable');
    });
    const starting = backend.start(createPodSpec(), noReport, AbortSignal.timeout(60_000));
    await expect(starting).rejects.toMatchObject({ code: 'runtime_unavailable' });
    expect((await created!).metadata?.uid).toBeDefined();
    await vi.waitFor(
      async () => {
        const pods = (await namespace.objects()).filter((name) => name.startsWith('pod/'));
        expect(pods).toEqual([`pod/${objectNameOf(workerId)}`]);
      },
      { timeout: 40_000, interval: 500 },
    );
    expect(await answers()).toBe(true);
    expect(exits).toEqual([]);
    createPod.mockRestore();
  });

  test('a node that is silent for a moment ends nothing, and one that stays silent ends its workers as node_lost', async () => {
    const { workerId, answers } = await start();
    await backend.close();
    backend = namespace.open({ maxTroubleMs: 20_000 });
    backend.onExit((exit) => exits.push(exit));
    await backend.running();
    const isReady = async () => {
      const { status } = await namespace.pod(workerId);
      return status?.conditions?.find(({ type }) => type === 'Ready')?.status;
    };
    await stopKubelet();
    try {
      await vi.waitFor(async () => expect(await isReady()).toBe('False'), { timeout: 40_000 });
      expect(await answers()).toBe(true);
    } finally {
      await startKubelet();
    }
    await vi.waitFor(async () => expect(await isReady()).toBe('True'), { timeout: 40_000 });
    await new Promise((resolve) => setTimeout(resolve, 21_000));
    expect(exits).toEqual([]);
    await stopKubelet();
    try {
      await expectExit(workerId, 'node_lost', 60_000);
    } finally {
      await startKubelet();
    }
    await backend.stop(workerId);
  });

  test('a start goes on after containerd was restarted', async () => {
    const messages: string[] = [];
    const report = (_percent: number, message: string) => messages.push(message);
    const starting = backend.start(createPodSpec(), report, AbortSignal.timeout(90_000));
    starting.catch(() => {});
    // The Pod has a node; how many steps are seen after that depends on how fast the node is.
    await vi.waitFor(() => expect(messages.length).toBeGreaterThan(1), { timeout: 20_000, interval: 5 });
    await restartContainerd();
    const kernel = await startPython(new JupyterClient(await starting));
    expect((await runCell(kernel, 'print(6 * 7)')).text).toBe('42\n');
    expect(exits).toEqual([]);
  });

  test('a restart of containerd ends no worker', async () => {
    const { answers } = await start();
    await restartContainerd();
    await new Promise((resolve) => setTimeout(resolve, 8_000));
    expect(await answers()).toBe(true);
    expect(exits).toEqual([]);
  });
});
