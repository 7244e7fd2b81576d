import {
  CoreV1Api,
  type KubernetesObject,
  KubernetesObjectApi,
  PatchStrategy,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { clusterConfig } from '../support/cluster.js';
import { describeWithCluster, exists, waitUntil } from '../support/kubernetes.js';
import { readManifests } from '../support/manifests.js';

describeWithCluster('the manifests of deploy/kubernetes', { timeout: 120_000 }, () => {
  let core: CoreV1Api;
  let objects: KubernetesObjectApi;
  let manifests: KubernetesObject[];
  const namespaces = ['notebooks', 'notebook-workers'];

  beforeAll(async () => {
    const admin = clusterConfig();
    core = admin.makeApiClient(CoreV1Api);
    objects = KubernetesObjectApi.makeApiClient(admin);
    manifests = await readManifests();
    await removeNamespaces();
  });

  afterAll(() => removeNamespaces());

  async function removeNamespaces(): Promise<void> {
    for (const name of namespaces) await core.deleteNamespace({ name }).catch(() => {});
    for (const name of namespaces)
      await waitUntil(async () => !(await exists(core.readNamespace({ name }))), 60_000);
  }

  /** As `kubectl apply --server-side` does. A field that the API does not know is an error. */
  function apply(object: KubernetesObject, dryRun?: 'All'): Promise<KubernetesObject> {
    return objects.patch(object, undefined, dryRun, 'test', true, PatchStrategy.ServerSideApply);
  }

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
