import {
  ApiextensionsV1Api,
  CustomObjectsApi,
  type V1CustomResourceDefinition,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { KubernetesBackend } from '../../src/workers/backends/kubernetes/kubernetes-backend.js';
import { objectNameOf } from '../../src/workers/backends/kubernetes/worker-object-names.js';
import {
  createPodSpec,
  createTestNamespace,
  describeWithCluster,
  type TestNamespace,
} from '../support/kubernetes.js';

const group = 'metrics.k8s.io';

/** Lets the API serve `PodMetrics` that the test writes: the cluster has no metrics server. */
const podMetrics: V1CustomResourceDefinition = {
  metadata: {
    name: `pods.${group}`,
    annotations: { 'api-approved.kubernetes.io': 'unapproved, for a test' },
  },
  spec: {
    group,
    scope: 'Namespaced',
    names: { kind: 'PodMetrics', plural: 'pods' },
    versions: [
      {
        ...{ name: 'v1beta1', served: true, storage: true },
        schema: { openAPIV3Schema: { type: 'object', x_kubernetes_preserve_unknown_fields: true } },
      },
    ],
  },
};

describeWithCluster('what a Pod uses', { timeout: 60_000 }, () => {
  let namespace: TestNamespace;
  let definitions: ApiextensionsV1Api;
  let metrics: CustomObjectsApi;
  let backend: KubernetesBackend;

  beforeAll(async () => {
    namespace = await createTestNamespace();
    definitions = namespace.admin.makeApiClient(ApiextensionsV1Api);
    metrics = namespace.admin.makeApiClient(CustomObjectsApi);
    backend = namespace.open();
  });

  afterAll(async () => {
    await backend?.close();
    await definitions?.deleteCustomResourceDefinition({ name: podMetrics.metadata!.name! }).catch(() => {});
    await namespace?.remove();
  });

  const at = () => ({ group, version: 'v1beta1', plural: 'pods', namespace: namespace.name });

  async function measure(cpu: string, memory: string) {
    const { workerId } = createPodSpec();
    const body = {
      apiVersion: `${group}/v1beta1`,
      kind: 'PodMetrics',
      metadata: { name: objectNameOf(workerId) },
      containers: [{ name: 'jupyter', usage: { cpu, memory } }],
    };
    await metrics.createNamespacedCustomObject({ ...at(), body });
    return backend.usage(workerId);
  }

  test('is null in a cluster that does not measure', async () => {
    expect(await backend.usage(createPodSpec().workerId)).toBeNull();
  });

  test('is what the metrics API says, in cores and MiB', async () => {
    await definitions.createCustomResourceDefinition({ body: podMetrics });
    await vi.waitFor(() => metrics.listNamespacedCustomObject(at()), { timeout: 20_000 });
    expect(await measure('250m', '131072Ki')).toEqual({ cpuCores: 0.25, memoryMb: 128 });
    const { cpuCores, memoryMb } = (await measure('156340123n', '1Gi'))!;
    expect(cpuCores).toBeCloseTo(0.156340123, 9);
    expect(memoryMb).toBe(1024);
    expect(await measure('2', '1048576')).toEqual({ cpuCores: 2, memoryMb: 1 });
    expect(await measure('much', '1Gi')).toBeNull();
    expect(await backend.usage(createPodSpec().workerId)).toBeNull();
  });
});
