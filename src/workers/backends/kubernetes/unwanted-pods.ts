import type { V1Pod } from '@kubernetes/client-node';
import type { Logger } from 'pino';
import { BoundedNames } from '../bounded-names.js';
import { retryWithWaits } from '../retry-with-waits.js';
import type { ClusterClient } from './cluster-client.js';

/**
 * The Pods of this process that must not exist: their creation was given up before the API answered, or they could not be
 * removed. Each is deleted as soon as the watch sees it, so also one that the API creates later.
 */
export class UnwantedPods {
  readonly #names = new BoundedNames();
  readonly #deleting = new Set<string>();
  readonly #closing = new AbortController();
  readonly #deps: { cluster: Pick<ClusterClient, 'deletePod'>; log: Logger };

  constructor(deps: { cluster: Pick<ClusterClient, 'deletePod'>; log: Logger }) {
    this.#deps = deps;
  }

  /** A Pod must not exist from now on. It is deleted in the background. */
  add(name: string): void {
    this.#names.add(name);
    void this.#delete(name);
  }

  /** Takes note of a change of a Pod; see `PodListener`. */
  changed({ metadata = {} }: V1Pod, isGone: boolean): void {
    const { name, deletionTimestamp } = metadata;
    if (!name || !this.#names.has(name)) return;
    if (isGone) this.#names.delete(name);
    else if (!deletionTimestamp) void this.#delete(name);
  }

  /** Ends all attempts. */
  close(): void {
    this.#closing.abort();
  }

  /** That there is none yet says nothing about later. */
  async #delete(name: string): Promise<void> {
    if (this.#deleting.has(name)) return;
    const { cluster, log } = this.#deps;
    this.#deleting.add(name);
    try {
      await retryWithWaits(() => cluster.deletePod(name), this.#closing.signal);
    } catch (err) {
      log.warn({ err, pod: name }, 'a Pod that is not needed any more was not removed');
    } finally {
      this.#deleting.delete(name);
    }
  }
}
