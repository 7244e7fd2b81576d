import type { V1Pod } from '@kubernetes/client-node';
import { rejectOnAbort } from '../../../engines/events/reject-on-abort.js';
import { DomainError } from '../../../errors.js';
import type { ClusterClient } from './cluster-client.js';
import { ClusterError, isFault } from './cluster-error.js';

const timeoutMs = 4_500;

/**
 * Lets the API check a Pod: the gateway's credentials, the namespace, rights and admission. Takes 4.5 s at most.
 * @param pod of a small worker
 * @returns one sentence that says why no Pod can be created now; null when one can
 */
export async function whyNoPods(
  cluster: Pick<ClusterClient, 'checkPod'>,
  pod: V1Pod,
): Promise<string | null> {
  try {
    await rejectOnAbort(cluster.checkPod(pod), AbortSignal.timeout(timeoutMs));
    return null;
  } catch (error) {
    // What a small worker must not have, another resource class may; and a start waits for its quota.
    if (isFault(error, 'limits') || isFault(error, 'quota')) return null;
    return error instanceof DomainError ? error.message : new ClusterError('unreachable').message;
  }
}
