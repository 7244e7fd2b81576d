import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CoreV1Api, KubeConfig, type V1Pod } from '@kubernetes/client-node';
import pino from 'pino';
import type { WorkerBackend } from '../../src/workers/backend.js';
import { untilAnswering } from '../../src/workers/backends/docker/until-answering.js';
import { openKubernetesBackend } from '../../src/workers/backends/kubernetes/open-kubernetes-backend.js';
import { endpointOf } from '../../src/workers/backends/kubernetes/pod-endpoint.js';
import { isReady } from '../../src/workers/backends/kubernetes/pod-status.js';
import type { WorkerLimits } from '../../src/workers/worker-spec.js';
import type { Started } from './alternate-starts.js';
import { createSpec } from './create-spec.js';
import { testVariables } from './test-variables.js';

const maxStartMs = 300_000;
const lookMs = 100;

/** Workers in Pods, and bare Pods of the same image to compare them with, in a namespace of their own. */
export class ClusterWorkers {
  readonly core: CoreV1Api;
  readonly backend: WorkerBackend;
  readonly namespace: string;

  readonly #image: string;
  readonly #stateRoot: string;

  private constructor(at: {
    core: CoreV1Api;
    backend: WorkerBackend;
    namespace: string;
    image: string;
    stateRoot: string;
  }) {
    this.core = at.core;
    this.backend = at.backend;
    this.namespace = at.namespace;
    this.#image = at.image;
    this.#stateRoot = at.stateRoot;
  }

  /** Creates the namespace. @throws MissingVariables */
  static async open(): Promise<ClusterWorkers> {
    const names = ['TEST_KUBECONFIG', 'TEST_WORKER_IMAGE', 'TEST_GATEWAY_CIDRS'] as const;
    const set = testVariables(...names);
    const image = set.TEST_WORKER_IMAGE;
    const namespace = `bench-${randomUUID().slice(0, 8)}`;
    const config = new KubeConfig();
    config.loadFromFile(set.TEST_KUBECONFIG);
    const core = config.makeApiClient(CoreV1Api);
    await core.createNamespace({ body: { metadata: { name: namespace } } });
    await untilTrue(() => hasServiceAccount(core, namespace));
    const stateRoot = await mkdtemp(join(tmpdir(), 'bench-kubernetes-'));
    const backend = openKubernetesBackend({
      environmentsDirectory: join(stateRoot, 'environments'),
      settings: {
        kubeconfig: set.TEST_KUBECONFIG,
        kubernetesNamespace: namespace,
        kubernetesGatewayCidrs: set.TEST_GATEWAY_CIDRS.split(','),
        ...{ image, allowedImages: [] },
      },
      gatewayId: randomUUID(),
      log: pino({ level: 'fatal' }),
    });
    return new ClusterWorkers({ core, backend, namespace, image, stateRoot });
  }

  /** Starts a worker, until its server answers. */
  async start(limits: Partial<WorkerLimits>): Promise<Started & { workerId: string }> {
    const spec = await createSpec(this.#stateRoot, limits);
    await this.backend.start(spec, () => {}, AbortSignal.timeout(maxStartMs));
    return { workerId: spec.workerId, remove: () => this.backend.stop(spec.workerId) };
  }

  /** Starts a Pod of the image with nothing but a readiness probe, until it is ready and its server answers. */
  async startBare(): Promise<Started> {
    const token = randomBytes(32).toString('hex');
    const name = `bare-${randomUUID()}`;
    const { namespace, core } = this;
    await core.createNamespacedPod({ namespace, body: barePod(name, this.#image, token) });
    let pod: V1Pod = {};
    await untilTrue(async () => {
      pod = await core.readNamespacedPod({ name, namespace });
      return isReady(pod);
    });
    await untilAnswering(endpointOf(pod, token), {
      ...{ pollMs: lookMs, timeoutMs: maxStartMs, signal: AbortSignal.timeout(maxStartMs) },
      check: async () => {},
    });
    return { remove: () => core.deleteNamespacedPod({ name, namespace, gracePeriodSeconds: 0 }) };
  }

  /** Removes the namespace with all that is in it. */
  async close(): Promise<void> {
    await this.backend.close();
    await this.core.deleteNamespace({ name: this.namespace });
    await rm(this.#stateRoot, { recursive: true, force: true });
  }
}

function barePod(name: string, image: string, token: string): V1Pod {
  const readinessProbe = { httpGet: { path: '/api', port: 8888 }, periodSeconds: 1 };
  const env = [{ name: 'JUPYTER_TOKEN', value: token }];
  return {
    metadata: { name },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'jupyter', image, imagePullPolicy: 'IfNotPresent', env, readinessProbe }],
    },
  };
}

/** No Pod can be created before it exists. */
function hasServiceAccount(core: CoreV1Api, namespace: string): Promise<boolean> {
  return core.readNamespacedServiceAccount({ namespace, name: 'default' }).then(
    () => true,
    () => false,
  );
}

async function untilTrue(check: () => Promise<boolean>): Promise<void> {
  const endsAt = performance.now() + maxStartMs;
  while (!(await check())) {
    if (performance.now() > endsAt) throw new Error('The cluster did not get ready in time.');
    await sleep(lookMs);
  }
}
