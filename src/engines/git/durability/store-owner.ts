import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LRUCache } from 'lru-cache';
import type { InstanceLease, InstanceLeases } from '../leases.js';
import { bootId } from './journal/boot-id.js';
import { Journal } from './journal/journal.js';
import { storageUnavailable } from './storage-error.js';
import type { Syncs } from './syncs.js';

/** The folder below a store's root that holds a folder for each instance that may write. */
export const journalFolder = 'gateway-journal';

const maxReported = 1_000;

/** The identity of a writer. Its temp files and its journal have its id in their names; a lease shows others that it runs. */
export interface Instance {
  /** 16 hex digits. */
  id: string;
  /** Null in a store that does not sync. */
  journal: Journal | null;
  /** @throws DomainError `storage_unavailable` when others may believe that it has ended: then nothing is acknowledged */
  assertAlive(): void;
}

/** What a {@link StoreOwner} is created with. */
export interface OwnerOptions {
  /** The folder of the repositories. */
  root: string;
  leases: InstanceLeases;
  /** Null leaves syncing to the operating system: a killed process loses nothing, a power failure may. */
  syncs: Syncs | null;
  /** Receives errors in the background. */
  report: (error: unknown) => void;
}

/**
 * This process as a writer of one store. It begins an instance with its first write, and a new one after the lease of that
 * instance was lost, because another process may then use its journal and temp files.
 */
export class StoreOwner {
  readonly root: string;
  readonly syncs: Syncs | null;
  #current?: Promise<Instance & { lease: InstanceLease }>;
  #closed = false;
  readonly #reported = new LRUCache<string, true>({ max: maxReported });

  readonly #options: OwnerOptions;

  constructor(options: OwnerOptions) {
    this.#options = options;

    this.root = options.root;
    this.syncs = options.syncs;
  }

  /** @throws DomainError `storage_unavailable` when no lease can be taken, or after {@link close} */
  instance(): Promise<Instance> {
    if (this.#closed) return Promise.reject(storageUnavailable(new Error('the store is closed')));
    this.#current ??= this.#begin().catch((error) => {
      this.#current = undefined;
      throw storageUnavailable(error);
    });
    return this.#current;
  }

  /** Whether an instance, of this process or another, may still write. */
  async isAlive(instanceId: string): Promise<boolean> {
    return this.#options.leases.isHeld(leaseName(instanceId));
  }

  /** Reports lasting damage once, however often it is found. */
  reportOnce(what: string, cause?: unknown): void {
    if (this.#reported.has(what)) return;
    this.#reported.set(what, true);
    this.#options.report(new Error(what, { cause }));
  }

  /** Makes all writes durable in their files, and ends the instance. */
  async close(): Promise<void> {
    this.#closed = true;
    const instance = await this.#current?.catch(() => undefined);
    if (!instance) return;
    try {
      await instance.journal?.close();
      await rm(join(this.root, journalFolder, instance.id), { recursive: true, force: true });
    } finally {
      await instance.lease.release();
    }
  }

  async #begin(): Promise<Instance & { lease: InstanceLease }> {
    const { root, syncs, leases, report } = this.#options;
    const id = randomBytes(8).toString('hex');
    // First: whatever has its id in its name must belong to a running instance.
    const lease = await leases.tryTake(leaseName(id));
    if (!lease) throw new Error('the lease of a new instance is held');
    const folder = join(root, journalFolder, id);
    await mkdir(folder, { recursive: true, mode: 0o700 }).catch(async (error) => {
      await lease.release();
      throw error;
    });
    let alive = true;
    const end = () => {
      if (!alive) return;
      alive = false;
      this.#current = undefined;
      journal?.abandon().catch(report);
    };
    const onTakenOver = () => {
      end();
      lease.release().catch(report);
    };
    const journal = syncs && new Journal({ folder, root, boot: bootId(), syncs, report, onTakenOver });
    lease.lost.addEventListener('abort', end, { once: true });
    if (lease.lost.aborted) end();
    const assertAlive = () => {
      if (!alive) throw storageUnavailable(new Error('the lease of this instance was lost'));
    };
    return { id, journal, lease, assertAlive };
  }
}

function leaseName(instanceId: string): string {
  return `git-instance:${instanceId}`;
}
