import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LRUCache } from 'lru-cache';
import type { Lease, Leases } from '../../database/leases.js';
import { bootId } from './journal/boot-id.js';
import { Journal } from './journal/journal.js';
import { storageUnavailable } from './storage-error.js';
import type { Syncs } from './syncs.js';

/** The folder below a store's root that holds a folder for each instance that may write. */
export const journalFolder = 'gateway-journal';

const mostReported = 1_000;

/** As whom a process writes: its temp files and its journal bear the id, and a lease tells others that it lives. */
export interface Instance {
  /** 16 hex digits. */
  id: string;
  /** Null in a store that does not sync. */
  journal: Journal | null;
  /** @throws DomainError `storage_unavailable` when others may take it for dead: nothing is acknowledged then */
  assertAlive(): void;
}

/** What a {@link StoreOwner} is made of. */
export interface OwnerOptions {
  /** The folder of the repositories. */
  root: string;
  leases: Leases;
  /** Null leaves the flushing to the operating system: a kill loses nothing, a power failure may. */
  syncs: Syncs | null;
  /** Is told of what goes wrong in the background. */
  report: (error: unknown) => void;
}

/**
 * This process among those that write below one root. It begins an instance with its first write, and another one when
 * the lease of that was lost, for then its journal and temp files are no longer its own.
 */
export class StoreOwner {
  readonly root: string;
  readonly syncs: Syncs | null;
  private current?: Promise<Instance & { lease: Lease }>;
  private closed = false;
  private readonly reported = new LRUCache<string, true>({ max: mostReported });

  constructor(private readonly options: OwnerOptions) {
    this.root = options.root;
    this.syncs = options.syncs;
  }

  /** @throws DomainError `storage_unavailable` when there is no lease to be had, or after {@link close} */
  instance(): Promise<Instance> {
    if (this.closed) return Promise.reject(storageUnavailable(new Error('the store is closed')));
    this.current ??= this.begin().catch((error) => {
      this.current = undefined;
      throw storageUnavailable(error);
    });
    return this.current;
  }

  /** Whether an instance, of this process or another, may still write. */
  async isAlive(instanceId: string): Promise<boolean> {
    return this.options.leases.isHeld(leaseName(instanceId));
  }

  /** Tells of damage that lasts until somebody repairs it: once, however often it is met. */
  reportOnce(what: string, cause?: unknown): void {
    if (this.reported.has(what)) return;
    this.reported.set(what, true);
    this.options.report(new Error(what, { cause }));
  }

  /** Makes all durable in its place, and ends the instance. */
  async close(): Promise<void> {
    this.closed = true;
    const instance = await this.current?.catch(() => undefined);
    if (!instance) return;
    try {
      await instance.journal?.close();
      await rm(join(this.root, journalFolder, instance.id), { recursive: true, force: true });
    } finally {
      await instance.lease.release();
    }
  }

  private async begin(): Promise<Instance & { lease: Lease }> {
    const { root, syncs, leases, report } = this.options;
    const id = randomBytes(8).toString('hex');
    // Before anything bears its name.
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
      this.current = undefined;
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
