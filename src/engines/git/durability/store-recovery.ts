import { setTimeout as sleep } from 'node:timers/promises';
import type { InstanceLeases } from '../leases.js';
import { claimFolder } from './folder-owner.js';
import { hasGoneInstances, reconcileStore } from './reconcile-store.js';
import { storageUnavailable } from './storage-error.js';
import type { StoreOwner } from './store-owner.js';

const intervalMs = 30_000;
const pollMs = 250;
/** A process that hangs keeps the lease as long as its connection lives; the start then fails, and can be repeated. */
const maxWaitMs = 10 * 60_000;

/** What {@link StoreRecovery} is created with. */
export interface RecoveryDeps {
  owner: StoreOwner;
  leases: InstanceLeases;
  /** Default: it is not checked to which database the folder belongs. */
  databaseId?: string;
  report: (error: unknown) => void;
}

/** Cleans up after instances that ended without closing the store, at the start and every 30 s; see `reconcileStore`. */
export class StoreRecovery {
  readonly #deps: RecoveryDeps;
  /** The repositories that could not be recovered, by the name of their folder. */
  #failed: ReadonlyMap<string, unknown> = new Map();
  #hasYoungLocks = false;
  #timer?: NodeJS.Timeout;

  constructor(deps: RecoveryDeps) {
    this.#deps = deps;
  }

  /**
   * Recovers what other instances left, and starts looking for such instances. While another process recovers, this waits
   * for it, at most ten minutes: what is not replayed must not be read, and its failures must be known here, too.
   * @throws DomainError `storage_unavailable`, also when the folder belongs to another database
   */
  async start(): Promise<void> {
    const { owner, databaseId, report } = this.#deps;
    if (databaseId) await claimFolder(owner.root, databaseId, owner.syncs);
    const deadline = Date.now() + maxWaitMs;
    while (!(await this.#tryRecover())) {
      if (Date.now() > deadline)
        throw storageUnavailable(new Error('another process needs too long to replay the journals'));
      await sleep(pollMs);
    }
    this.#timer ??= setInterval(() => this.#lookForGone().catch(report), intervalMs).unref();
  }

  /** Refuses a repository that could not be recovered. @throws DomainError `storage_unavailable` */
  assertRecovered(folderName: string): void {
    const cause = this.#failed.get(folderName);
    if (cause !== undefined) throw storageUnavailable(cause);
  }

  /** Stops looking for instances that have ended. */
  stop(): void {
    clearInterval(this.#timer);
  }

  /** False while another process recovers. */
  async #tryRecover(): Promise<boolean> {
    const { owner, leases, report } = this.#deps;
    const lease = await leases.tryTake('git-reconcile');
    if (!lease) return false;
    try {
      const { failed, hasYoungLocks } = await reconcileStore(owner);
      this.#failed = failed;
      this.#hasYoungLocks = hasYoungLocks;
      for (const [name, cause] of failed)
        report(new Error(`${name} could not be recovered; it is not served, and is tried again`, { cause }));
    } finally {
      await lease.release();
    }
    return true;
  }

  async #lookForGone(): Promise<void> {
    const isNeeded =
      this.#failed.size > 0 || this.#hasYoungLocks || (await hasGoneInstances(this.#deps.owner));
    if (isNeeded) await this.#tryRecover();
  }
}
