import { randomUUID } from 'node:crypto';
import type { V1Pod } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { JupyterClient } from '../../src/engines/kernels/jupyter-client.js';
import { clusterApi } from '../support/cluster.js';
import { infrastructureVariable } from '../support/infrastructure.js';
import { runCell } from '../support/kernel.js';
import { untilSuccess } from '../support/until-success.js';

const namespace = `worker-image-${randomUUID().slice(0, 8)}`;
const token = randomUUID();
let client: JupyterClient;

beforeAll(async () => {
  const api = clusterApi();
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  await api.createNamespace({ body: { metadata: { name: namespace, labels } } });
  await api.createNamespacedSecret({
    namespace,
    body: { metadata: { name: 'worker' }, stringData: { token } },
  });
  await api.createNamespacedPod({ namespace, body: restrictedWorker() });
  const address = await untilSuccess('The Pod', 60_000, async () => {
    const { status } = await api.readNamespacedPod({ namespace, name: 'worker' });
    if (!status?.containerStatuses?.[0]?.ready || !status.podIP) throw new Error(JSON.stringify(status));
    return status.podIP;
  });
  client = new JupyterClient({ baseUrl: `http://${address}:8888/`, token });
});

afterAll(async () => {
  client?.dispose();
  await clusterApi().deleteNamespace({ name: namespace });
});

function restrictedWorker(): V1Pod {
  return {
    metadata: { name: 'worker' },
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 5,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 1000,
        runAsGroup: 1000,
        fsGroup: 1000,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [
        {
          name: 'jupyter',
          image: infrastructureVariable('TEST_WORKER_IMAGE'),
          env: [{ name: 'WORKER_TOKEN_FILE', value: '/run/worker/token' }],
          readinessProbe: { tcpSocket: { port: 8888 }, periodSeconds: 1 },
          resources: { limits: { cpu: '1', memory: '512Mi' } },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          volumeMounts: [
            { name: 'token', mountPath: '/run/worker', readOnly: true },
            { name: 'tmp', mountPath: '/tmp' },
            { name: 'home', mountPath: '/home/worker' },
            { name: 'work', mountPath: '/work' },
          ],
        },
      ],
      volumes: [
        { name: 'token', secret: { secretName: 'worker', defaultMode: 0o440 } },
        { name: 'tmp', emptyDir: { medium: 'Memory', sizeLimit: '64Mi' } },
        { name: 'home', emptyDir: { medium: 'Memory', sizeLimit: '64Mi' } },
        { name: 'work', emptyDir: { sizeLimit: '64Mi' } },
      ],
    },
  };
}

it('runs a cell in a Pod that passes the Pod Security Standard "restricted"', async () => {
  const signal = AbortSignal.timeout(60_000);
  const kernel = await client.startKernel({
    kernelName: 'python3',
    path: '',
    clientId: randomUUID(),
    signal,
  });
  const { text } = await runCell(kernel, 'import os\nprint(os.getuid(), os.getcwd())');
  expect(text).toBe('1000 /work\n');
});

it('cannot run as root there', async () => {
  const pod = restrictedWorker();
  pod.metadata = { name: 'root' };
  pod.spec!.securityContext = {};
  await expect(clusterApi().createNamespacedPod({ namespace, body: pod })).rejects.toMatchObject({
    code: 403,
  });
});
