import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CoreV1Api,
  Exec,
  type KubeConfig,
  NetworkingV1Api,
  type V1Container,
  type V1ObjectMeta,
  type V1Pod,
} from '@kubernetes/client-node';
import pino from 'pino';
import { describe } from 'vitest';
import { AllowedImages } from '../../src/workers/backends/allowed-images.js';
import { KubernetesBackend } from '../../src/workers/backends/kubernetes/kubernetes-backend.js';
import type { KubernetesBackendOptions } from '../../src/workers/backends/kubernetes/kubernetes-backend-options.js';
import { objectNameOf } from '../../src/workers/backends/kubernetes/worker-object-names.js';
import type { WorkerLimits, WorkerProfile, WorkerSpec, WorkerVolume } from '../../src/workers/worker-spec.js';
import { clusterConfig } from './cluster.js';
import { createWorkerNeeds } from './jupyter.js';

const { TEST_KUBECONFIG, TEST_WORKER_IMAGE, TEST_GATEWAY_CIDRS = '', CI } = process.env;
/** The image of the workers of the tests. */
export const testImage = TEST_WORKER_IMAGE ?? 'TEST_WORKER_IMAGE is not set';
/** The addresses from which Pods see the tests. */
const testGatewayCidrs = TEST_GATEWAY_CIDRS.split(',').filter(Boolean);

/** Declares tests that need a Kubernetes cluster. Without one they are skipped, but in CI they fail. */
export const describeWithCluster = describe.skipIf(!CI && !(TEST_KUBECONFIG && TEST_WORKER_IMAGE));

/** A namespace of its own for the workers of a test. */
export interface TestNamespace {
  name: string;
  gatewayId: string;
  /** Where backends keep the packages of workers. */
  environmentsDirectory: string;
  admin: KubeConfig;
  core: CoreV1Api;
  networking: NetworkingV1Api;
  /** A backend in this namespace, as an admin. */
  open(options?: Partial<KubernetesBackendOptions>): KubernetesBackend;
  pod(workerId: string): Promise<V1Pod>;
  /** The names of the Pods, Secrets and NetworkPolicies of workers. */
  objects(): Promise<string[]>;
  remove(): Promise<void>;
}

/** Creates a namespace in which Pod Security admits only what is `restricted`. */
export async function createTestNamespace(): Promise<TestNamespace> {
  const admin = clusterConfig();
  const core = admin.makeApiClient(CoreV1Api);
  const networking = admin.makeApiClient(NetworkingV1Api);
  const name = `test-${randomUUID().slice(0, 8)}`;
  const gatewayId = randomUUID();
  const environmentsDirectory = join(tmpdir(), `packages-${name}`);
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  await core.createNamespace({ body: { metadata: { name, labels } } });
  // After an outage of the API server, the controllers come back one by one.
  const account = { namespace: name, name: 'default' };
  await waitUntil(() => exists(core.readNamespacedServiceAccount(account)), 90_000);
  return {
    ...{ name, gatewayId, environmentsDirectory, admin, core, networking },
    open: (options = {}) =>
      new KubernetesBackend({
        ...{ config: admin, gatewayId, environmentsDirectory, namespace: name },
        images: new AllowedImages({ image: testImage, allowedImages: [] }),
        gateway: { cidrs: testGatewayCidrs, namespace: name },
        log: pino({ level: process.env.TEST_LOG ?? 'silent' }),
        ...options,
      }),
    pod: (workerId) => core.readNamespacedPod({ namespace: name, name: objectNameOf(workerId) }),
    async objects() {
      const at = { namespace: name };
      const pods = namesOf('pod', (await core.listNamespacedPod(at)).items);
      const secrets = namesOf('secret', (await core.listNamespacedSecret(at)).items);
      const policies = namesOf('policy', (await networking.listNamespacedNetworkPolicy(at)).items);
      return [...pods, ...secrets, ...policies];
    },
    async remove() {
      await rm(environmentsDirectory, { recursive: true, force: true });
      await core.deleteNamespace({ name });
    },
  };
}

/** What a worker asks for that leaves room for others on a small node. */
export function createPodSpec(
  overrides: {
    limits?: Partial<WorkerLimits>;
    profile?: Partial<WorkerProfile>;
    volume?: Partial<WorkerVolume>;
  } = {},
): WorkerSpec {
  const { limits, profile, placement, volume } = createWorkerNeeds();
  return {
    workerId: randomUUID(),
    filesDirectory: '',
    stateDirectory: '',
    limits: { ...limits, cpuLimit: 0.5, ...overrides.limits },
    profile: { ...profile, runtime: 'dedicated', ...overrides.profile },
    placement,
    volume: { ...volume, ...overrides.volume },
  };
}

/** A container that Pod Security `restricted` admits, with the image of workers and another program. */
export function restrictedContainer(name: string, command: string[], cpu = '50m'): V1Container {
  return {
    ...{ name, command, image: testImage },
    resources: { requests: { cpu } },
    securityContext: {
      allowPrivilegeEscalation: false,
      runAsNonRoot: true,
      runAsUser: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
      capabilities: { drop: ['ALL'] },
    },
  };
}

/** Runs a program in a container of a Pod. @returns what it printed */
export async function execInPod(
  { admin, name }: Pick<TestNamespace, 'admin' | 'name'>,
  pod: { name: string; container: string },
  command: string[],
): Promise<string> {
  const chunks: Buffer[] = [];
  const output = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  await new Promise<void>((resolve, reject) => {
    new Exec(admin)
      .exec(name, pod.name, pod.container, command, output, output, null, false, () => resolve())
      .catch(reject);
  });
  return Buffer.concat(chunks).toString('utf8').trim();
}

/** Waits until a check is true. @throws Error after `ms` */
export async function waitUntil(check: () => Promise<boolean> | boolean, ms = 30_000): Promise<void> {
  const deadline = performance.now() + ms;
  while (!(await check())) {
    if (performance.now() > deadline) throw new Error('What the test waits for did not happen.');
    await sleep(100);
  }
}

/** Whether the object of a read exists. */
export function exists(read: Promise<unknown>): Promise<boolean> {
  return read.then(
    () => true,
    () => false,
  );
}

function namesOf(kind: string, items: { metadata?: V1ObjectMeta }[]): string[] {
  return items.map(({ metadata }) => `${kind}/${metadata?.name}`);
}
