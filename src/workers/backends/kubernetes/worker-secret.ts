import type { V1OwnerReference, V1Pod, V1Secret } from '@kubernetes/client-node';
import { tokenKey } from './pod-basics.js';

/** What makes the cluster remove an object once the Pod is gone. */
export function ownedBy(pod: V1Pod): V1OwnerReference {
  return { apiVersion: 'v1', kind: 'Pod', name: pod.metadata!.name!, uid: pod.metadata!.uid! };
}

/**
 * The Secret of a Pod, with the token of its server.
 * @param pod as the cluster created it
 * @param more what else it has, by key
 */
export function podSecret(pod: V1Pod, token: string, more: Record<string, string> = {}): V1Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: pod.metadata!.name,
      labels: pod.metadata!.labels,
      ownerReferences: [ownedBy(pod)],
    },
    type: 'Opaque',
    immutable: true,
    stringData: { ...more, [tokenKey]: token },
  };
}

/** The token in a worker's Secret; undefined when it has none. */
export function tokenIn(secret: V1Secret | undefined): string | undefined {
  const encoded = secret?.data?.[tokenKey];
  return encoded ? Buffer.from(encoded, 'base64').toString('utf8') : undefined;
}
