import type { V1Pod } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { KubernetesBackend } from '../../src/workers/backends/kubernetes/kubernetes-backend.js';
import type { WorkerExit } from '../../src/workers/worker-exit.js';
import { CleanUp } from '../support/clean-up.js';
import { pressDisk } from '../support/cluster.js';
import {
  createPodSpec,
  createTestNamespace,
  describeWithCluster,
  type TestNamespace,
} from '../support/kubernetes.js';

const critical = { namespace: 'kube-system', name: 'keeps-the-images-of-the-tests' };

describeWithCluster('a node that has no room on its disk', { timeout: 180_000 }, () => {
  let namespace: TestNamespace;
  let backend: KubernetesBackend;
  const cleanUp = new CleanUp();

  beforeAll(async () => {
    namespace = await createTestNamespace();
    cleanUp.add(() => namespace.remove());
    backend = namespace.open();
    cleanUp.add(() => backend.close());
    await keepImages();
  }, 120_000);
  afterAll(() => cleanUp.run(), 120_000);

  /** They were imported, and the kubelet would remove those that no Pod uses. */
  async function keepImages(): Promise<void> {
    const { items } = await namespace.core.listNode();
    const names = items[0]!.status!.images!.flatMap(
      (image) => image.names?.find((name) => !name.includes('@')) ?? [],
    );
    const containers = names.map((image, index) => ({
      ...{ name: `image-${index}`, image, imagePullPolicy: 'Never' },
      ...(image.includes('/pause:') ? {} : { command: ['sleep', 'infinity'] }),
    }));
    const spec = { containers, priorityClassName: 'system-node-critical', terminationGracePeriodSeconds: 0 };
    await namespace.core.createNamespacedPod({
      namespace: critical.namespace,
      body: { metadata: { name: critical.name }, spec },
    });
    cleanUp.add(() => namespace.core.deleteNamespacedPod(critical));
    const isRunning = (pod: V1Pod) => pod.status?.containerStatuses?.every(({ state }) => state?.running);
    await vi.waitFor(
      async () => expect(isRunning(await namespace.core.readNamespacedPod(critical))).toBe(true),
      {
        timeout: 60_000,
      },
    );
  }

  test('evicts a worker, which is reported as evicted, and takes the next one once there is room', async () => {
    const exits: WorkerExit[] = [];
    backend.onExit((exit) => exits.push(exit));
    const start = () => {
      const spec = createPodSpec();
      return backend.start(spec, () => {}, AbortSignal.timeout(60_000)).then(() => spec.workerId);
    };
    const workerId = await start();
    const endPressure = await pressDisk();
    try {
      await vi.waitFor(() => expect(exits).not.toEqual([]), { timeout: 90_000 });
      expect(exits).toMatchObject([
        { workerId, reason: 'evicted', detail: expect.stringContaining('start a new') },
      ]);
      await backend.stop(workerId);
    } finally {
      await endPressure();
    }
    await backend.stop(await start());
  });
});
