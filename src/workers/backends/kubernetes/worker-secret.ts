import type { V1OwnerReference, V1Pod, V1Secret } from '@kubernetes/client-node';
import { gitConfig, gitConfigKey } from './fetch-container.js';
import { tokenKey } from './worker-pod.js';

/** What makes the cluster remove an object once the Pod is gone. */
export function ownedBy(pod: V1Pod): V1OwnerReference {
  return { apiVersion: 'v1', kind: 'Pod', name: pod.metadata!.name!, uid: pod.metadata!.uid! };
}

/**
 * The Secret with the token of a worker's server.
 * @param pod as the cluster created it
 * @param fetchToken with which the Pod fetches its files, if it does
 */
export function workerSecret(pod: V1Pod, token: string, fetchToken?: string): V1Secret {
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
    stringData: { [tokenKey]: token, ...(fetchToken && { [gitConfigKey]: gitConfig(fetchToken) }) },
  };
}

/** The token in a worker's Secret; undefined when it has none. */
export function tokenIn(secret: V1Secret | undefined): string | undefined {
  const encoded = secret?.data?.[tokenKey];
  return encoded ? Buffer.from(encoded, 'base64').toString('utf8') : undefined;
}
