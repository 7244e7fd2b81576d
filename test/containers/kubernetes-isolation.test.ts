import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { JupyterClient } from '../../src/engines/kernels/jupyter-client.js';
import type { JupyterEndpoint } from '../../src/engines/kernels/jupyter-endpoint.js';
import type { KubernetesBackend } from '../../src/workers/backends/kubernetes/kubernetes-backend.js';
import { objectNameOf } from '../../src/workers/backends/kubernetes/worker-object-names.js';
import type { WorkerSpec } from '../../src/workers/worker-spec.js';
import { machineAddress } from '../support/infrastructure.js';
import { runCell, startPython } from '../support/kernel.js';
import {
  createPodSpec,
  createTestNamespace,
  describeWithCluster,
  type TestNamespace,
} from '../support/kubernetes.js';

/** Texts that mean something in YAML, in a shell, in JSON, or in the variables of Kubernetes. */
const hostileValues: Record<string, string> = {
  REFERENCE: 'a $(HOME) $$(HOME) $$ $(NOT_THERE) $HOME `id` $',
  QUOTES: `"'\\" \\' \\n`,
  YAML: 'x\n    securityContext: {privileged: true}\n---\nkind: Pod\n# {{ .Values }} !!binary |\n\t- &a *a',
  UNICODE: '\u202ex\ufeff\u2028 \ud83d\ude00 é',
  LONG: 'x'.repeat(8_000),
  EMPTY: '',
};

describeWithCluster('a cell in a Pod', { timeout: 60_000 }, () => {
  let namespace: TestNamespace;
  let backend: KubernetesBackend;
  const workers: { spec: WorkerSpec; endpoint: JupyterEndpoint; client: JupyterClient }[] = [];

  beforeAll(async () => {
    namespace = await createTestNamespace();
    backend = namespace.open();
    await Promise.all(
      [false, true].map(async (egress) => {
        const spec = createPodSpec({ profile: { egress, environment: hostileValues } });
        const endpoint = await backend.start(spec, () => {}, AbortSignal.timeout(50_000));
        workers[egress ? 1 : 0] = { spec, endpoint, client: new JupyterClient(endpoint) };
      }),
    );
  });

  afterAll(async () => {
    for (const { client } of workers) client.dispose();
    await Promise.all(workers.map(({ spec }) => backend.stop(spec.workerId)));
    await backend?.close();
    await namespace?.remove();
  });

  /** What a cell prints as JSON in its last line. */
  async function run(code: string, { client } = workers[0]!): Promise<any> {
    const { text, events } = await runCell(await startPython(client), code);
    return JSON.parse(text.trim().split('\n').at(-1) || JSON.stringify(events));
  }

  test('has no token of the cluster, no addresses of services, and no token of its server in an environment', async () => {
    const found = await run(`
import glob, json, os
environments = ''
for path in glob.glob('/proc/[0-9]*/environ'):
    try:
        environments += open(path, errors='replace').read()
    except OSError:
        pass
print(json.dumps([os.path.exists('/var/run/secrets'), os.path.exists('/run/secrets'), environments]))
`);
    expect(found.slice(0, 2)).toEqual([false, false]);
    // The kubelet gives each container the address of the API, which it cannot reach.
    expect(/\w+_SERVICE_HOST/.exec(found[2].replaceAll('KUBERNETES_SERVICE_HOST', ''))).toBeNull();
    expect(found[2].includes(workers[0]!.endpoint.token)).toBe(false);
  });

  test('sees the variables of its profile exactly as they were given', async () => {
    const names = JSON.stringify(Object.keys(hostileValues));
    expect(
      await run(`import json, os; print(json.dumps({name: os.environ.get(name) for name in ${names}}))`),
    ).toEqual(hostileValues);
  });

  test('writes nowhere but in its volumes, and changes nothing of the system', async () => {
    const found = await run(`
import ctypes, json, os, socket
written = []
for folder, folders, _ in os.walk('/'):
    if folder in ('/proc', '/sys', '/work', '/tmp', '/home/worker'):
        folders.clear()
        continue
    try:
        open(folder + '/written', 'w').close()
        written.append(folder)
    except OSError:
        pass
libc = ctypes.CDLL(None, use_errno=True)
def socket_of(*kind):
    socket.socket(*kind)
attempts = {
    'mount': lambda: libc.mount(b'none', b'/tmp', b'tmpfs', 0, None),
    'unshare user': lambda: libc.unshare(0x10000000),
    'setuid': lambda: libc.setuid(0),
    'device': lambda: os.mknod('/tmp/device', 0o60644, os.makedev(8, 0)) or 0,
    'raw socket': lambda: socket_of(socket.AF_INET, socket.SOCK_RAW, 1) or 0,
    'packet socket': lambda: socket_of(socket.AF_PACKET, socket.SOCK_RAW, 3) or 0,
    'host name': lambda: socket.sethostname('other') or 0,
    'kernel setting': lambda: open('/proc/sys/kernel/core_pattern', 'w').close() or 0,
    'system request': lambda: open('/proc/sysrq-trigger', 'w').close() or 0,
    'memory of the kernel': lambda: open('/dev/kmsg').close() or 0,
    'cgroup': lambda: os.mkdir('/sys/fs/cgroup/' + os.listdir('/sys/fs/cgroup')[0] + '/inside') or 0,
}
done = []
for name, attempt in attempts.items():
    try:
        if attempt() == 0:
            done.append(name)
    except OSError:
        pass
status = open('/proc/self/status').read()
print(json.dumps([written, done, status, sorted(os.listdir('/run/worker'))]))
`);
    // They are in memory: one has 64 MiB, the other is for message queues of this Pod.
    expect(found[0].sort()).toEqual(['/dev/mqueue', '/dev/shm']);
    expect(found[1]).toEqual([]);
    expect(found[2]).toMatch(/CapEff:\s+0{16}\n/);
    expect(found[2]).toMatch(/CapBnd:\s+0{16}\n/);
    expect(found[2]).toMatch(/NoNewPrivs:\s+1\n/);
    expect(found[2]).toMatch(/Seccomp:\s+2\n/);
    // Of its Secret it has the token of its own server alone.
    expect(found[3].filter((name: string) => !name.startsWith('..'))).toEqual(['token']);
  });

  describe.each([
    ['without egress', 0],
    ['with egress', 1],
  ])('%s', (_, index) => {
    test('reaches neither the cluster, nor metadata services, nor other workers, nor the machine of the gateway', async () => {
      const service = createServer((_request, response) => response.end('reached')).listen(
        0,
        machineAddress(),
      );
      const datagrams: Buffer[] = [];
      const udp = createSocket('udp4', (message) => datagrams.push(message)).bind(0, machineAddress());
      await Promise.all([once(service, 'listening'), once(udp, 'listening')]);
      onTestFinished(() => {
        service.close();
        udp.close();
      });
      const pod = await namespace.pod(workers[index]!.spec.workerId);
      const { items } = await namespace.core.listNamespacedService({ namespace: 'default' });
      const server = new URL(namespace.admin.getCurrentCluster()!.server);
      const peers = [
        [server.hostname, Number(server.port)],
        [items[0]!.spec!.clusterIP!, 443],
        [pod.status!.hostIP!, 6443],
        ...[10250, 10255, 10256, 2379, 22].map((port) => [pod.status!.hostIP!, port]),
        ['169.254.169.254', 80],
        ['169.254.170.2', 80],
        ['168.63.129.16', 80],
        ['100.100.100.200', 80],
        ['fd00:ec2::254', 80],
        [new URL(workers[1 - index]!.endpoint.baseUrl).hostname, 8888],
        [machineAddress(), (service.address() as AddressInfo).port],
      ];
      const reached = await run(
        `
import json, socket
from concurrent.futures import ThreadPoolExecutor
def connects(peer):
    try:
        socket.create_connection(tuple(peer), 3)
        return True
    except OSError:
        return False
peers = json.loads('${JSON.stringify(peers)}')
try:
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'out', ('${machineAddress()}', ${udp.address().port}))
except OSError:
    pass
with ThreadPoolExecutor(32) as pool:
    print(json.dumps([peer for peer, reached in zip(peers, pool.map(connects, peers)) if reached]))
`,
        workers[index],
      );
      expect(reached).toEqual([]);
      expect(datagrams).toEqual([]);
    });
  });

  test('is in a Pod whose Secret, labels and names have nothing of its profile', async () => {
    const { workerId } = workers[0]!.spec;
    const pod = await namespace.pod(workerId);
    expect(pod.metadata!.name).toBe(objectNameOf(workerId));
    expect(Object.keys(pod.metadata!.labels!).sort()).toEqual([
      'app.kubernetes.io/name',
      'notebook-gateway.io/gateway',
      'notebook-gateway.io/worker',
    ]);
    expect(pod.spec!.containers).toHaveLength(1);
    expect(JSON.stringify(pod)).not.toContain(workers[0]!.endpoint.token);
  });
});
