import { CoreV1Api, type KubernetesObject } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { clusterConfig } from '../support/cluster.js';
import { describeWithCluster } from '../support/kubernetes.js';
import {
  applyManifest as apply,
  manifestNamespaces as namespaces,
  readManifests,
  removeManifests,
} from '../support/manifests.js';

describeWithCluster('the manifests of deploy/kubernetes', { timeout: 120_000 }, () => {
  let core: CoreV1Api;
  let manifests: KubernetesObject[];

  beforeAll(async () => {
    core = clusterConfig().makeApiClient(CoreV1Api);
    manifests = await readManifests();
    await removeManifests();
  });

  afterAll(() => removeManifests());

  test('are accepted by the API server, first as a dry run, then really, then again', async () => {
    const [inNamespace, outside] = [true, false].map((wanted) =>
      manifests.filter((object) => (object.metadata?.namespace !== undefined) === wanted),
    );
    expect(outside!.map(({ metadata }) => metadata?.name)).toEqual(namespaces);
    for (const namespace of outside!) {
      await apply(namespace, 'All');
      await apply(namespace);
    }
    for (const object of inNamespace!) await apply(object, 'All');
    for (const object of inNamespace!) await apply(object);
    for (const object of manifests) await apply(object);
  });

  test('make a Pod of the gateway that Pod Security admits, and wait for its Secret', async () => {
    const waiting = await vi.waitFor(
      async () => {
        const { items } = await core.listNamespacedPod({ namespace: 'notebooks' });
        expect(items).toHaveLength(1);
        return items[0]!;
      },
      { timeout: 30_000 },
    );
    expect(waiting.metadata?.labels).toMatchObject({ 'app.kubernetes.io/name': 'notebook-gateway' });
    expect(waiting.spec).toMatchObject({ serviceAccountName: 'notebook-gateway' });
  });

  test('admit into the namespace of workers nothing but restricted Pods', async () => {
    const container = { name: 'unrestricted', image: 'none' };
    const body = { metadata: { name: 'unrestricted' }, spec: { containers: [container] } };
    await expect(core.createNamespacedPod({ namespace: 'notebook-workers', body })).rejects.toMatchObject({
      ...{ code: 403, body: expect.stringContaining('violates PodSecurity') },
    });
  });
});
