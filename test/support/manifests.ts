import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CoreV1Api,
  type KubernetesObject,
  KubernetesObjectApi,
  loadAllYaml,
  PatchStrategy,
} from '@kubernetes/client-node';
import { clusterConfig } from './cluster.js';
import { exists, waitUntil } from './kubernetes.js';

const folder = 'deploy/kubernetes';
/** The namespaces that `deploy/kubernetes` creates: of the gateway, and of its workers. */
export const manifestNamespaces = ['notebooks', 'notebook-workers'];

/** The objects of `deploy/kubernetes`, in the order in which its kustomization lists them. */
export async function readManifests(): Promise<KubernetesObject[]> {
  const [kustomization] = loadAllYaml(await readFile(join(folder, 'kustomization.yaml'), 'utf8'));
  const objects: KubernetesObject[] = [];
  for (const file of kustomization.resources as string[])
    objects.push(...loadAllYaml(await readFile(join(folder, file), 'utf8')));
  return objects;
}

/** The one object of that kind in a namespace; the type is not checked. */
export async function readManifest<T extends KubernetesObject>(kind: string, namespace: string): Promise<T> {
  return findManifest(await readManifests(), kind, namespace);
}

/** The one object of that kind in a namespace; the type is not checked. */
export function findManifest<T extends KubernetesObject>(
  manifests: KubernetesObject[],
  kind: string,
  namespace: string,
): T {
  const found = manifests.filter(
    (object) => object.kind === kind && object.metadata?.namespace === namespace,
  );
  if (found.length !== 1)
    throw new Error(`deploy/kubernetes has ${found.length} objects of the kind ${kind}.`);
  return found[0] as T;
}

/** As `kubectl apply --server-side` does. A field that the API does not know is an error. */
export function applyManifest(object: KubernetesObject, dryRun?: 'All'): Promise<KubernetesObject> {
  const objects = KubernetesObjectApi.makeApiClient(clusterConfig());
  return objects.patch(object, undefined, dryRun, 'test', true, PatchStrategy.ServerSideApply);
}

/** Removes all that `deploy/kubernetes` creates, and waits until it is gone. */
export async function removeManifests(): Promise<void> {
  const core = clusterConfig().makeApiClient(CoreV1Api);
  for (const name of manifestNamespaces) await core.deleteNamespace({ name }).catch(() => {});
  for (const name of manifestNamespaces)
    await waitUntil(async () => !(await exists(core.readNamespace({ name }))), 60_000);
}
