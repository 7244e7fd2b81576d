import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CoreV1Api,
  type KubernetesObject,
  KubernetesObjectApi,
  loadAllYaml,
  loadYaml,
  PatchStrategy,
} from '@kubernetes/client-node';
import { clusterConfig } from './cluster.js';
import { exists, waitUntil } from './kubernetes.js';

/** The namespaces that `deploy/kubernetes` creates: of the gateway, and of its workers. */
export const manifestNamespaces = ['notebooks', 'notebook-workers'];

/** What these tests know of a kustomization. */
interface Kustomization {
  /** Files, and folders with kustomizations of their own. */
  resources: string[];
  patches?: { target: { kind: string; name: string }; patch: string }[];
}

/** A step of a patch. @see https://datatracker.ietf.org/doc/html/rfc6902 */
interface PatchStep {
  op: 'add' | 'replace';
  /** To a member of an object. */
  path: string;
  value: unknown;
}

/** The objects of `deploy/kubernetes`, or of another kustomization, in the order in which it lists them. */
export async function readManifests(folder = 'deploy/kubernetes'): Promise<KubernetesObject[]> {
  const text = await readFile(join(folder, 'kustomization.yaml'), 'utf8');
  const { resources, patches = [] } = loadYaml<Kustomization>(text);
  const objects: KubernetesObject[] = [];
  for (const resource of resources) {
    const path = join(folder, resource);
    if (resource.endsWith('.yaml')) objects.push(...loadAllYaml(await readFile(path, 'utf8')));
    else objects.push(...(await readManifests(path)));
  }
  for (const { target, patch } of patches) {
    const found = objects.filter(
      ({ kind, metadata }) => kind === target.kind && metadata?.name === target.name,
    );
    if (found.length !== 1) throw new Error(`A patch in ${folder} has ${found.length} targets.`);
    for (const step of loadYaml<PatchStep[]>(patch)) applyStep(found[0]!, step);
  }
  return objects;
}

function applyStep(object: object, { op, path, value }: PatchStep): void {
  const names = path.split('/').slice(1);
  const last = names.pop()!;
  let at = object as Record<string, unknown>;
  for (const name of names) at = at[name] as Record<string, unknown>;
  if ((op === 'replace') !== last in at) throw new Error(`${op} of ${path} does not fit the object.`);
  at[last] = value;
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
