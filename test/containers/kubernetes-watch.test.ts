import { KubeConfig, type V1Pod } from '@kubernetes/client-node';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { ClusterClient } from '../../src/workers/backends/kubernetes/cluster-client.js';
import { PodWatch } from '../../src/workers/backends/kubernetes/pod-watch.js';
import {
  createTestNamespace,
  describeWithCluster,
  restrictedContainer,
  type TestNamespace,
} from '../support/kubernetes.js';
import { openTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';

describeWithCluster('the watch of Pods', { timeout: 120_000 }, () => {
  let namespace: TestNamespace;
  let proxy: TcpProxy;
  let watch: PodWatch;
  let seen: string[];
  const labels = { 'notebook-gateway.io/gateway': 'of-the-test' };

  beforeAll(async () => {
    namespace = await createTestNamespace();
    const { hostname, port } = new URL(namespace.admin.getCurrentCluster()!.server);
    proxy = await openTcpProxy(Number(port), hostname);
  });

  afterEach(() => watch.close());

  afterAll(async () => {
    await proxy?.close();
    await namespace?.remove();
  });

  /** Watches through the proxy. @param lists counts the lists, and may change their answers */
  async function open(lists: (list: Awaited<ReturnType<ClusterClient['listPods']>>) => void = () => {}) {
    const config = new KubeConfig();
    const { name, server, ...cluster } = namespace.admin.getCurrentCluster()!;
    const throughProxy = new URL(server);
    throughProxy.host = `127.0.0.1:${proxy.port}`;
    config.loadFromClusterAndUser(
      // The certificate is for the address behind the proxy, and for this name.
      { ...cluster, name, server: throughProxy.origin, tlsServerName: 'kubernetes.default.svc' },
      namespace.admin.getCurrentUser()!,
    );
    const client = new ClusterClient(config, namespace.name);
    seen = [];
    watch = new PodWatch({
      ...{ config, labels, namespace: namespace.name },
      cluster: {
        async listPods(wanted) {
          const list = await client.listPods(wanted);
          lists(list);
          return list;
        },
      },
      onChange: (pod, isGone) => seen.push(`${isGone ? '-' : '+'}${pod.metadata?.name}`),
      log: pino({ level: 'silent' }),
    });
    watch.open();
  }

  async function createPod(name: string, ofGateway = labels): Promise<void> {
    const container = restrictedContainer('idle', ['/bin/sleep', '600']);
    // On no node, so that it changes only when the test changes it.
    const spec = { nodeSelector: { none: 'none' }, containers: [container] };
    const body: V1Pod = { metadata: { name, labels: ofGateway }, spec };
    await namespace.core.createNamespacedPod({ namespace: namespace.name, body });
  }

  const deletePod = (name: string) =>
    namespace.core.deleteNamespacedPod({ namespace: namespace.name, name, gracePeriodSeconds: 0 });
  const untilSeen = (entry: string, timeout = 10_000) =>
    vi.waitFor(() => expect(seen).toContain(entry), { timeout });

  test('sees Pods that are there, come and go, and none with other labels', async () => {
    await createPod('early');
    await createPod('foreign', { 'notebook-gateway.io/gateway': 'other' });
    await open();
    await untilSeen('+early');
    await createPod('late');
    await untilSeen('+late');
    expect(watch.get('late')?.metadata?.name).toBe('late');
    await deletePod('late');
    await untilSeen('-late');
    expect(watch.get('late')).toBeUndefined();
    expect(watch.get('foreign')).toBeUndefined();
    await deletePod('early');
  });

  test('wakes those who wait for a change, and at the latest after their time', async () => {
    await open();
    const { signal } = new AbortController();
    const woken = watch.untilChanged('awaited', 60_000, signal);
    await createPod('awaited');
    await woken;
    const begun = performance.now();
    await watch.untilChanged('never', 100, signal);
    await watch.untilChanged('never', 60_000, AbortSignal.timeout(100));
    expect(performance.now() - begun).toBeLessThan(5_000);
    await deletePod('awaited');
  });

  test('lists again when its version is too old for the API', async () => {
    let lists = 0;
    await open((list) => {
      lists += 1;
      if (lists === 1) list.metadata!.resourceVersion = '1';
    });
    await vi.waitFor(() => expect(lists).toBe(2), { timeout: 10_000 });
    await createPod('after-410');
    await untilSeen('+after-410');
    await deletePod('after-410');
    await untilSeen('-after-410');
  });

  test('sees what was removed while its connections were cut', async () => {
    await createPod('removed');
    await open();
    await untilSeen('+removed');
    proxy.setAway(true);
    await deletePod('removed');
    await createPod('added');
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(seen).not.toContain('-removed');
    proxy.setAway(false);
    await untilSeen('-removed');
    await untilSeen('+added');
    await deletePod('added');
  });

  test('notices within 75 seconds that its connection has died silently', async () => {
    await createPod('listed');
    await open();
    await untilSeen('+listed');
    await createPod('watched');
    await untilSeen('+watched');
    proxy.hush();
    await createPod('unseen');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(seen).not.toContain('+unseen');
    await untilSeen('+unseen', 75_000);
  });
});
