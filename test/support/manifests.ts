import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type KubernetesObject, loadAllYaml } from '@kubernetes/client-node';

const folder = 'deploy/kubernetes';

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
  const found = (await readManifests()).filter(
    (object) => object.kind === kind && object.metadata?.namespace === namespace,
  );
  if (found.length !== 1)
    throw new Error(`deploy/kubernetes has ${found.length} objects of the kind ${kind}.`);
  return found[0] as T;
}
