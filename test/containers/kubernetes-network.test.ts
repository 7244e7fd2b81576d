import type { V1Pod } from '@kubernetes/client-node';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { JupyterClient } from '../../src/engines/kernels/jupyter-client.js';
import type { JupyterEndpoint } from '../../src/engines/kernels/jupyter-endpoint.js';
import type { KubernetesBackend } from '../../src/workers/backends/kubernetes/kubernetes-backend.js';
import { runCell, startPython } from '../support/kernel.js';
import {
  createPodSpec,
  createTestNamespace,
  describeWithCluster,
  execInPod,
  exists,
  restrictedContainer,
  type TestNamespace,
} from '../support/kubernetes.js';

/** Prints how a connection ends. */
const connectTo = (host: string, port: number) => `
import socket
peer = socket.socket()
peer.settimeout(3)
try:
    peer.connect(('${host}', ${port}))
    print('connected')
except OSError as error:
    print('refused')
`;

describeWithCluster('the network of a Pod', { timeout: 60_000 }, () => {
  let namespace: TestNamespace;
  let backend: KubernetesBackend;
  let started: string[] = [];

  beforeAll(async () => {
    namespace = await createTestNamespace();
    backend = namespace.open();
  });

  afterEach(async () => {
    await Promise.all(started.map((workerId) => backend.stop(workerId)));
    started = [];
  });

  afterAll(async () => {
    await backend?.close();
    await namespace?.remove();
  });

  async function start(egress = false, by = backend): Promise<JupyterEndpoint> {
    const spec = createPodSpec({ profile: { egress } });
    started.push(spec.workerId);
    return by.start(spec, () => {}, AbortSignal.timeout(50_000));
  }

  async function run(endpoint: JupyterEndpoint, code: string): Promise<string> {
    const client = new JupyterClient(endpoint);
    try {
      return (await runCell(await startPython(client), code)).text.trim();
    } finally {
      client.dispose();
    }
  }

  const hostOf = ({ baseUrl }: JupyterEndpoint) => new URL(baseUrl).hostname;

  /** A Pod that is no worker. */
  async function createPod(name: string, labels: Record<string, string>): Promise<void> {
    const command = ['/opt/venv/bin/python', '-m', 'http.server', '8000'];
    const body: V1Pod = {
      metadata: { name, labels },
      spec: { terminationGracePeriodSeconds: 0, containers: [restrictedContainer(name, command)] },
    };
    await namespace.core.createNamespacedPod({ namespace: namespace.name, body });
  }

  const readPod = (name: string) => namespace.core.readNamespacedPod({ namespace: namespace.name, name });

  async function addressOf(name: string): Promise<string> {
    return vi.waitFor(
      async () => {
        const { status } = await readPod(name);
        expect(status?.phase).toBe('Running');
        return status!.podIP!;
      },
      { timeout: 30_000 },
    );
  }

  test('lets no worker reach another one, and the gateway both', async () => {
    const [first, second] = [await start(), await start()];
    await new JupyterClient(first).probe(5_000);
    await new JupyterClient(second).probe(5_000);
    expect(await run(first, connectTo(hostOf(second), 8888))).toBe('refused');
    expect(await run(first, connectTo('127.0.0.1', 8888))).toBe('connected');
  });

  test('admits Pods with the label of gateways only, where the gateway is a Pod', async () => {
    const inCluster = namespace.open({ gateway: { cidrs: [], namespace: namespace.name } });
    await createPod('gateway', { 'app.kubernetes.io/name': 'notebook-gateway' });
    await createPod('other', { 'app.kubernetes.io/name': 'other' });
    await Promise.all([addressOf('gateway'), addressOf('other')]);
    const spec = createPodSpec();
    started.push(spec.workerId);
    // Where the tests are not on the node, they are refused too, so the Pod counts and not the end of the start.
    const starting = inCluster.start(spec, () => {}, AbortSignal.timeout(50_000));
    starting.catch(() => {});
    const worker = await vi.waitFor(
      async () => {
        const { status } = await namespace.pod(spec.workerId);
        expect(status?.containerStatuses?.[0]?.ready).toBe(true);
        return status!.podIP!;
      },
      { timeout: 30_000 },
    );
    const connect = (from: string) =>
      execInPod(namespace, { name: from, container: from }, [
        '/opt/venv/bin/python',
        '-c',
        connectTo(worker, 8888),
      ]);
    await vi.waitFor(async () => expect(await connect('gateway')).toBe('connected'), { timeout: 10_000 });
    expect(await connect('other')).toBe('refused');
    await inCluster.stop(spec.workerId);
    await inCluster.close();
  });

  test('lets a worker reach nothing inside, with and without egress', async () => {
    await createPod('service', {});
    const service = await addressOf('service');
    const node = (await readPod('service')).status!.hostIP!;
    await createPod('client', {});
    await addressOf('client');
    const connect = (code: string) =>
      execInPod(namespace, { name: 'client', container: 'client' }, ['/opt/venv/bin/python', '-c', code]);
    expect(await connect(connectTo(service, 8000))).toBe('connected');
    expect(await connect(connectTo(node, 10250))).toBe('connected');
    for (const egress of [false, true]) {
      const endpoint = await start(egress);
      expect(await run(endpoint, connectTo(service, 8000))).toBe('refused');
      expect(await run(endpoint, connectTo(node, 10250))).toBe('refused');
      expect(await run(endpoint, connectTo('169.254.169.254', 80))).toBe('refused');
    }
  });

  test('has a policy that allows public addresses and DNS, only with egress', async () => {
    const policyOf = async (egress: boolean) => {
      await start(egress);
      const name = `worker-${started.at(-1)}`;
      const policy = await namespace.networking.readNamespacedNetworkPolicy({
        namespace: namespace.name,
        name,
      });
      return policy.spec!;
    };
    expect((await policyOf(false)).egress ?? []).toEqual([]);
    const { egress, policyTypes } = await policyOf(true);
    expect(policyTypes).toEqual(['Ingress', 'Egress']);
    const blocks = egress!.flatMap(({ to }) => to!.flatMap(({ ipBlock }) => ipBlock ?? []));
    expect(blocks.map(({ cidr }) => cidr)).toEqual(['0.0.0.0/0', '2000::/3']);
    expect(blocks[0]?.except).toEqual(
      expect.arrayContaining(['10.0.0.0/8', '169.254.0.0/16', '127.0.0.0/8']),
    );
    expect(egress!.flatMap(({ ports = [] }) => ports.map(({ port }) => port))).toEqual([53, 53]);
  });

  test('has the policy from the moment when the container may start', async () => {
    const spec = createPodSpec();
    started.push(spec.workerId);
    const name = `worker-${spec.workerId}`;
    const at = { namespace: namespace.name, name };
    const starting = backend.start(spec, () => {}, AbortSignal.timeout(50_000));
    while (!(await exists(namespace.core.readNamespacedSecret(at)))) {
      // The Secret is the last object that the container needs.
    }
    expect(await exists(namespace.networking.readNamespacedNetworkPolicy(at))).toBe(true);
    await starting;
  });
});
