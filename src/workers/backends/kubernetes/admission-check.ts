import { LRUCache } from 'lru-cache';
import { rejectOnAbort } from '../../../engines/events/reject-on-abort.js';
import { DomainError } from '../../../errors.js';
import type { ClusterClient } from './cluster-client.js';
import { ClusterError, isFault } from './cluster-error.js';
import { smallWorker } from './small-worker.js';
import { workerPod } from './worker-pod.js';

const timeoutMs = 4_500;
/** How long an answer counts: lists of profiles ask for each of their rows. */
const keptMs = 5_000;
const maxImages = 200;

/** What is no reason to offer no worker. */
const heals = ['limits', 'quota', 'quota_unsettled'] as const;

/** Asks a cluster whether it would admit the Pod of a worker: the gateway's credentials, the namespace, rights and admission. */
export class AdmissionCheck {
  /** The answers, by image. */
  readonly #reasons = new LRUCache<string, Promise<string | null>>({ max: maxImages, ttl: keptMs });
  readonly #cluster: ClusterClient;
  readonly #options: Omit<Parameters<typeof workerPod>[1], 'image'>;

  /** @param options what all Pods of workers have in common */
  constructor(cluster: ClusterClient, options: Omit<Parameters<typeof workerPod>[1], 'image'>) {
    this.#cluster = cluster;
    this.#options = options;
  }

  /** Why Pods with an image cannot be created now, as one sentence; else null. Known within 5 seconds. */
  unavailableReason(image: string): Promise<string | null> {
    const known = this.#reasons.get(image);
    if (known) return known;
    const reason = this.#ask(image);
    this.#reasons.set(image, reason);
    return reason;
  }

  async #ask(image: string): Promise<string | null> {
    const check = this.#cluster.checkPod(workerPod(smallWorker(), { ...this.#options, image }));
    const limit = AbortSignal.timeout(timeoutMs);
    try {
      await rejectOnAbort(check, limit);
      return null;
    } catch (error) {
      // What a small worker must not have, another resource class may; and a start waits for its quota.
      if (heals.some((fault) => isFault(error, fault))) return null;
      return error instanceof DomainError ? error.message : new ClusterError('unreachable').message;
    }
  }
}
