import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import { packagePod } from '../../src/workers/backends/kubernetes/package-pod.js';
import {
  gatewayLabel,
  packagesLabel,
  workerLabel,
} from '../../src/workers/backends/kubernetes/worker-object-names.js';
import { workerPod } from '../../src/workers/backends/kubernetes/worker-pod.js';
import { podSecret } from '../../src/workers/backends/kubernetes/worker-secret.js';
import { machineAddress } from '../support/infrastructure.js';
import {
  createPodSpec,
  createTestNamespace,
  describeWithCluster,
  type TestNamespace,
  testImage,
} from '../support/kubernetes.js';
import { describeStrays } from '../workers/stray-contract.js';

describeWithCluster('a Kubernetes cluster', () => {
  let namespace: TestNamespace;
  beforeAll(async () => {
    namespace = await createTestNamespace();
  });
  afterAll(() => namespace?.remove());

  /** The values of a label of the Pods of a gateway. */
  async function valuesOf(gatewayId: string, label: string): Promise<string[]> {
    const labelSelector = `${gatewayLabel}=${gatewayId},${label}`;
    const { items } = await namespace.core.listNamespacedPod({ namespace: namespace.name, labelSelector });
    return items.map(({ metadata }) => metadata!.labels![label]!);
  }

  describeStrays({
    kind: 'kubernetes',
    open: (_stateRoot, gatewayId, mayCreate) =>
      namespace.open({ gatewayId, mayCreate, indexCidrs: [`${machineAddress()}/32`] }),
    async makeServer(gatewayId, workerId) {
      const spec = { ...createPodSpec({ limits: { cpuLimit: 0.1 } }), workerId };
      const at = { namespace: namespace.name };
      const body = workerPod(spec, { gatewayId, image: testImage });
      const pod = await namespace.core.createNamespacedPod({ ...at, body });
      await namespace.core.createNamespacedSecret({ ...at, body: podSecret(pod, 'token') });
    },
    async makeBuild(gatewayId) {
      const how = { image: testImage, environment: {}, wheelsOnly: true };
      const body = packagePod({ id: randomUUID(), gatewayId, ...how });
      await namespace.core.createNamespacedPod({ namespace: namespace.name, body });
    },
    workers: (gatewayId) => valuesOf(gatewayId, workerLabel),
    builds: (gatewayId) => valuesOf(gatewayId, packagesLabel),
    async expectNothing() {
      await vi.waitFor(async () => expect(await namespace.objects()).toEqual([]), { timeout: 60_000 });
    },
  });
});
