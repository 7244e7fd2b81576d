import type { CoreV1Api } from '@kubernetes/client-node';

/** A folder of the node, which is this machine, as a persistent volume. */
export interface NodeVolume {
  /** Such as `Available`, `Bound` and `Released`. */
  phase(): Promise<string | undefined>;
  remove(): Promise<void>;
}

/**
 * Makes a persistent volume of a folder.
 * @param options.capacity such as `64Mi`; nothing enforces it
 * @param options.storageClass default none
 * @param options.isShared whether several Pods may use it at the same time; default no
 * @param options.claim the one claim that may use it; default any
 */
export async function createNodeVolume(
  core: CoreV1Api,
  options: {
    name: string;
    folder: string;
    capacity: string;
    storageClass?: string;
    isShared?: boolean;
    claim?: { namespace: string; name: string };
  },
): Promise<NodeVolume> {
  const { name, folder, capacity, storageClass, isShared, claim } = options;
  await core.deletePersistentVolume({ name }).catch(() => {});
  const { items: nodes } = await core.listNode();
  const values = nodes.map(({ metadata }) => metadata!.labels!['kubernetes.io/hostname']!);
  const terms = [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values }] }];
  await core.createPersistentVolume({
    body: {
      metadata: { name },
      spec: {
        accessModes: [isShared ? 'ReadWriteMany' : 'ReadWriteOnce'],
        capacity: { storage: capacity },
        claimRef: claim,
        local: { path: folder },
        nodeAffinity: { required: { nodeSelectorTerms: terms } },
        persistentVolumeReclaimPolicy: 'Retain',
        storageClassName: storageClass,
      },
    },
  });
  return {
    phase: async () => (await core.readPersistentVolume({ name })).status?.phase,
    async remove() {
      await core.deletePersistentVolume({ name });
    },
  };
}
