import { existsSync } from 'node:fs';
import {
  CoreV1Api,
  PatchStrategy,
  PolicyV1Api,
  SchedulingV1Api,
  setHeaderOptions,
} from '@kubernetes/client-node';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { JupyterClient } from '../../src/engines/kernels/jupyter-client.js';
import type { JupyterEndpoint } from '../../src/engines/kernels/jupyter-endpoint.js';
import type { KubernetesBackend } from '../../src/workers/backends/kubernetes/kubernetes-backend.js';
import { objectNameOf } from '../../src/workers/backends/kubernetes/worker-object-names.js';
import type { WorkerExit } from '../../src/workers/worker-exit.js';
import { runCell, startPython } from '../support/kernel.js';
import {
  createPodSpec,
  createTestNamespace,
  describeWithCluster,
  restrictedContainer,
  type TestNamespace,
} from '../support/kubernetes.js';

/** Fills the memory of the worker, so that the system ends the process that is marked as the first to go. */
const fillMemory = (victim: string) => `
open('/proc/${victim}/oom_score_adj', 'w').write('1000')
kept = []
while True:
    kept.append(bytearray(16 * 1024 * 1024))
`;

describeWithCluster('the end of a Pod is reported', { timeout: 120_000 }, () => {
  let namespace: TestNamespace;
  let backend: KubernetesBackend;
  let exits: WorkerExit[];
  let started: string[];

  beforeAll(async () => {
    namespace = await createTestNamespace();
  });

  beforeEach(() => {
    backend = namespace.open();
    exits = [];
    started = [];
    backend.onExit((exit) => exits.push(exit));
  });

  afterEach(async () => {
    await Promise.all(started.map((workerId) => backend.stop(workerId)));
    await backend.close();
  });

  afterAll(() => namespace?.remove());

  async function start(limits: { cpuLimit?: number; workspaceStorageMb?: number } = {}) {
    const spec = createPodSpec({ limits });
    started.push(spec.workerId);
    const endpoint = await backend.start(spec, () => {}, AbortSignal.timeout(60_000));
    return { workerId: spec.workerId, endpoint };
  }

  /** Begins a cell and does not wait for it. */
  async function runAndLeave(endpoint: JupyterEndpoint, code: string): Promise<void> {
    const kernel = await startPython(new JupyterClient(endpoint));
    runCell(kernel, code).catch(() => {});
  }

  async function expectExit(workerId: string, reason: string, ms = 30_000): Promise<void> {
    await vi.waitFor(() => expect(exits).not.toEqual([]), { timeout: ms });
    expect(exits).toEqual([
      expect.objectContaining({ workerId, reason, detail: expect.stringMatching(/^The .*\.$/) }),
    ]);
  }

  test('as out_of_memory, when the server had no memory left', async () => {
    const { workerId, endpoint } = await start();
    await runAndLeave(endpoint, fillMemory('1'));
    await expectExit(workerId, 'out_of_memory');
  });

  // With cgroup v2 the kubelet lets the system end all processes of a container together.
  const isCgroup2 = existsSync('/sys/fs/cgroup/cgroup.controllers');
  const title = 'not at all, when only a kernel had no memory left; later as lost, when the Pod is deleted';
  test.skipIf(isCgroup2)(title, async () => {
    const { workerId, endpoint } = await start();
    const kernel = await startPython(new JupyterClient(endpoint));
    await expect(runCell(kernel, fillMemory('self'))).rejects.toThrow();
    await new JupyterClient(endpoint).probe(5_000);
    expect(exits).toEqual([]);
    await namespace.core.deleteNamespacedPod({ namespace: namespace.name, name: objectNameOf(workerId) });
    await expectExit(workerId, 'lost');
  });

  test('as exited, when the server ended by itself', async () => {
    const { workerId, endpoint } = await start();
    await runAndLeave(endpoint, 'import os, signal\nos.kill(1, signal.SIGTERM)');
    await expectExit(workerId, 'exited');
  });

  test('not at all, when it had no process left, and it works on afterwards', async () => {
    const { endpoint } = await start();
    const kernel = await startPython(new JupyterClient(endpoint));
    const fill = `import subprocess
started = []
try:
    for _ in range(1_000):
        started.append(subprocess.Popen(['sleep', '600']))
except OSError as error:
    print(type(error).__name__)
for process in started:
    process.kill()
    process.wait()
print(50 < len(started) < 256)`;
    expect((await runCell(kernel, fill)).text).toBe('BlockingIOError\nTrue\n');
    expect((await runCell(kernel, "import subprocess; print(subprocess.run('true').returncode)")).text).toBe(
      '0\n',
    );
    await startPython(new JupyterClient(endpoint));
    expect(exits).toEqual([]);
  });

  test('as storage_exceeded, when the worker wrote more than its class allows', async () => {
    const { workerId, endpoint } = await start({ workspaceStorageMb: 16 });
    await runAndLeave(endpoint, "open('/work/big', 'wb').write(b'x' * 64 * 1024 * 1024)");
    await expectExit(workerId, 'storage_exceeded', 110_000);
  });

  test('as evicted, when the eviction API removed it, which a PodDisruptionBudget prevents', async () => {
    const { workerId } = await start();
    const at = { namespace: namespace.name, name: objectNameOf(workerId) };
    const evict = () => namespace.core.createNamespacedPodEviction({ ...at, body: { metadata: at } });
    const policies = namespace.admin.makeApiClient(PolicyV1Api);
    const { labels } = (await namespace.pod(workerId)).metadata!;
    await policies.createNamespacedPodDisruptionBudget({
      namespace: namespace.name,
      body: { metadata: { name: at.name }, spec: { minAvailable: 1, selector: { matchLabels: labels } } },
    });
    const isCounted = async () => {
      const budget = await policies.readNamespacedPodDisruptionBudget(at);
      expect(budget.status?.currentHealthy).toBe(1);
    };
    await vi.waitFor(isCounted, { timeout: 10_000 });
    await expect(evict()).rejects.toMatchObject({ code: 429 });
    expect(exits).toEqual([]);
    await policies.deleteNamespacedPodDisruptionBudget(at);
    await vi.waitFor(evict, { timeout: 10_000 });
    await expectExit(workerId, 'evicted');
  });

  test('as deadline_exceeded, when the cluster set a deadline', async () => {
    const { workerId } = await start();
    await namespace.admin.makeApiClient(CoreV1Api).patchNamespacedPod(
      {
        ...{ namespace: namespace.name, name: objectNameOf(workerId) },
        body: { spec: { activeDeadlineSeconds: 1 } },
      },
      setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch),
    );
    await expectExit(workerId, 'deadline_exceeded');
  });

  test('to a gateway that did not run meanwhile, with the output, and the Pod stays until it is stopped', async () => {
    const [one, other] = [await start({ cpuLimit: 0.2 }), await start({ cpuLimit: 0.2 })];
    const { token } = one.endpoint;
    await backend.close();
    await runAndLeave(one.endpoint, 'import os, signal\nos.kill(1, signal.SIGTERM)');
    await namespace.core.patchNamespacedPod(
      {
        ...{ namespace: namespace.name, name: objectNameOf(other.workerId) },
        body: { spec: { activeDeadlineSeconds: 1 } },
      },
      setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch),
    );
    const phases = () =>
      Promise.all(
        [one, other].map(async ({ workerId }) => (await namespace.pod(workerId)).status?.phase ?? ''),
      );
    await vi.waitFor(async () => expect((await phases()).join()).not.toMatch(/Running|Pending/), {
      timeout: 30_000,
    });
    backend = namespace.open();
    const found = await backend.running();
    expect(found.get(one.workerId)).toEqual({
      ended: {
        reason: 'exited',
        detail: 'The Jupyter server of this worker ended by itself; start a new worker.',
        output: expect.stringContaining('received signal 15'),
      },
    });
    expect(JSON.stringify([...found])).not.toContain(token);
    expect(found.get(other.workerId)).toMatchObject({ ended: { reason: 'deadline_exceeded' } });
    await namespace.pod(one.workerId);
  });

  test('as preempted, when a more important Pod needed its node', async () => {
    const scheduling = namespace.admin.makeApiClient(SchedulingV1Api);
    const name = `${namespace.name}-important`;
    await scheduling.createPriorityClass({ body: { metadata: { name }, value: 1000 } });
    try {
      const { workerId } = await start({ cpuLimit: 1.5 });
      await namespace.core.createNamespacedPod({
        namespace: namespace.name,
        body: {
          metadata: { name },
          spec: {
            priorityClassName: name,
            containers: [restrictedContainer('important', ['/bin/sleep', '60'], '1')],
          },
        },
      });
      await expectExit(workerId, 'preempted');
    } finally {
      await scheduling.deletePriorityClass({ name });
      await namespace.core.deleteNamespacedPod({ namespace: namespace.name, name, gracePeriodSeconds: 0 });
    }
  });

  test('as node_lost, when its node was closed by a taint', async () => {
    const { workerId } = await start();
    const name = (await namespace.pod(workerId)).spec!.nodeName!;
    const taintNode = (taints: object[] | null) =>
      namespace.core.patchNode(
        { name, body: { spec: { taints } } },
        setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
      );
    await taintNode([{ key: 'closed', value: 'for-a-test', effect: 'NoExecute' }]);
    try {
      await expectExit(workerId, 'node_lost');
    } finally {
      await taintNode(null);
    }
  });

  test('as lost, when its Pod was removed immediately', async () => {
    const { workerId } = await start();
    const at = { namespace: namespace.name, name: objectNameOf(workerId) };
    await namespace.core.deleteNamespacedPod({ ...at, gracePeriodSeconds: 0 });
    await expectExit(workerId, 'lost');
  });
});
