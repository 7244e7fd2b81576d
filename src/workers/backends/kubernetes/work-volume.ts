import type { V1PersistentVolumeClaimSpec, V1Volume } from '@kubernetes/client-node';
import type { WorkerVolume } from '../../worker-spec.js';

/**
 * Whether the files of a worker are on a volume of their own, and not on the disk of its node.
 * @param configured the StorageClass of the configuration, if it has one
 */
export function claimsVolume(
  { persistentVolume, storageClass }: WorkerVolume,
  configured: string | undefined,
): boolean {
  return persistentVolume ?? (storageClass !== null || configured !== undefined);
}

/**
 * The volume with the files of a worker. The cluster creates the claim of an ephemeral volume with the Pod, and removes it
 * with the Pod.
 * @param sizeMb in MiB
 * @param configured as for {@link claimsVolume}
 */
export function workVolume(sizeMb: number, volume: WorkerVolume, configured: string | undefined): V1Volume {
  const storage = `${sizeMb}Mi`;
  if (!claimsVolume(volume, configured)) return { name: 'work', emptyDir: { sizeLimit: storage } };
  const claim: V1PersistentVolumeClaimSpec = {
    accessModes: ['ReadWriteOnce'],
    // Without a name it is the default class of the cluster.
    storageClassName: volume.storageClass ?? configured,
    resources: { requests: { storage } },
  };
  return { name: 'work', ephemeral: { volumeClaimTemplate: { spec: claim } } };
}
