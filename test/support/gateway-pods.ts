import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoreV1Api, type V1Deployment, type V1Pod } from '@kubernetes/client-node';
import { CleanUp } from './clean-up.js';
import { clusterConfig } from './cluster.js';
import { infrastructureVariable, machineAddress } from './infrastructure.js';
import { testImage } from './kubernetes.js';
import { applyManifest, findManifest, readManifests, removeManifests } from './manifests.js';
import { createNodeVolume } from './node-volume.js';
import { startPostgres } from './postgres-server.js';
import { untilSuccess } from './until-success.js';

const namespace = 'notebooks';
const volumeName = 'notebook-gateway-of-a-test';
const gatewayPort = 4000;
const readyTimeoutMs = 120_000;

/** A Pod of a gateway, and where it answers. */
export interface ReadyPod {
  pod: V1Pod;
  url: string;
}

/** The gateway of `deploy/kubernetes`, running in the cluster. */
export interface GatewayPods {
  core: CoreV1Api;
  adminToken: string;
  databaseUrl: string;
  /** The gateway's Pod once it is ready. @param other the uid of a Pod that is not meant */
  readyPod(other?: string): Promise<ReadyPod>;
  /** Removes all that {@link deployGateway} made. */
  remove(): Promise<void>;
}

/**
 * Applies `deploy/kubernetes` with the images of the tests, a PostgreSQL server on this machine, and a volume for the
 * gateway's claim.
 * @param overlay the folder of another kustomization over it, whose volume is shared
 */
export function deployGateway(overlay?: 'deploy/kubernetes-replicas'): Promise<GatewayPods> {
  const cleanUp = new CleanUp();
  return cleanUp.unlessDone(() => deploy(overlay, cleanUp));
}

async function deploy(overlay: string | undefined, cleanUp: CleanUp): Promise<GatewayPods> {
  const core = clusterConfig().makeApiClient(CoreV1Api);
  const adminToken = 'administrator-of-the-test';
  await removeManifests();
  const postgres = await startPostgres(machineAddress());
  cleanUp.add(() => postgres.stop());
  const folder = await mkdtemp(join(tmpdir(), 'gateway-volume-'));
  cleanUp.add(() => rm(folder, { recursive: true, force: true }));
  const claim = { namespace, name: 'notebook-gateway' };
  const shared = overlay ? { isShared: true, storageClass: 'shared' } : {};
  const volume = await createNodeVolume(core, {
    ...{ name: volumeName, folder, capacity: '40Gi', claim },
    ...shared,
  });
  cleanUp.add(() => volume.remove());
  const manifests = await readManifests(overlay);
  setImages(findManifest<V1Deployment>(manifests, 'Deployment', namespace));
  const [namespaces, others] = [true, false].map((wanted) =>
    manifests.filter(({ kind }) => (kind === 'Namespace') === wanted),
  );
  cleanUp.add(() => removeManifests());
  for (const object of namespaces!) await applyManifest(object);
  const stringData = {
    'database-url': postgres.url,
    'secrets-key': 'a'.repeat(64),
    'admin-token': adminToken,
  };
  await core.createNamespacedSecret({
    namespace,
    body: { metadata: { name: 'notebook-gateway' }, stringData },
  });
  for (const object of others!) await applyManifest(object);
  return {
    ...{ core, adminToken, databaseUrl: postgres.url },
    readyPod: (other) => readyPod(core, other),
    remove: () => cleanUp.run(),
  };
}

function setImages(deployment: V1Deployment): void {
  const container = deployment.spec!.template.spec!.containers[0]!;
  container.image = infrastructureVariable('TEST_GATEWAY_IMAGE');
  container.env = container.env!.map((entry) =>
    entry.name === 'WORKER_IMAGE' ? { ...entry, value: testImage } : entry,
  );
}

function readyPod(core: CoreV1Api, other?: string): Promise<ReadyPod> {
  const labelSelector = 'app.kubernetes.io/name=notebook-gateway';
  return untilSuccess('The Pod of the gateway', readyTimeoutMs, async () => {
    const { items } = await core.listNamespacedPod({ namespace, labelSelector });
    const pod = items.find(({ metadata }) => metadata!.uid !== other && !metadata!.deletionTimestamp);
    if (!pod?.status?.containerStatuses?.[0]?.ready) throw new Error(JSON.stringify(pod?.status));
    return { pod, url: `http://${pod.status.podIP}:${gatewayPort}` };
  });
}
