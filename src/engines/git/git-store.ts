import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { notFound } from '../../errors.js';
import { createLocalLeases, type Leases } from '../database/leases.js';
import { BranchQueue } from './commits/branch-queue.js';
import { createRepository, type RepositoryInit } from './create-repository.js';
import { DurableFiles } from './durability/durable-files.js';
import { claimFolder } from './durability/folder-owner.js';
import { hasGoneInstances, reconcileStore } from './durability/reconcile-store.js';
import { errnoOf, guardStorage, storageUnavailable } from './durability/storage-error.js';
import { StoreOwner } from './durability/store-owner.js';
import { diskSyncs, type Syncs } from './durability/syncs.js';
import { tempFolder, tempName } from './durability/temp-name.js';
import type { GitRepository } from './git-types.js';
import { maintain, type OnProgress } from './maintenance/maintain.js';
import { measureObjects, needsMaintenance, type ObjectStatistics } from './maintenance/object-statistics.js';
import type { NativeGit } from './native/native-git.js';
import { createObjectCaches, sweepMs } from './objects/object-caches.js';
import { ObjectStore } from './objects/object-store.js';
import { openRepository } from './open-repository.js';
import { RefStore } from './refs/ref-store.js';
import { GitService, ServiceGates } from './serve/git-service.js';

export type {
  Commit,
  CommitInput,
  CommitResult,
  FileChange,
  GitRepository,
  Identity,
  PathChange,
  ResolvedRef,
  Signature,
} from './git-types.js';
export type { ObjectStatistics } from './maintenance/object-statistics.js';

/** The repositories below one folder. Other instances of the gateway, and native git, may use it all the while. */
export interface GitStore {
  /** The `git` program; null where there is none: then what needs it is off. */
  native: NativeGit | null;

  /**
   * Makes the bare repository `<root>/<id>.git` with one commit on its default branch, all or nothing.
   * @param id a UUID
   * @throws DomainError `already_exists`, `invalid_ref`, `invalid_path`, `file_exists`, `storage_unavailable`;
   *   `not_found` when the id is no UUID
   */
  createRepository(id: string, init: RepositoryInit): Promise<{ commitOid: string }>;

  /** @throws DomainError `not_found`, `storage_unavailable` */
  repository(id: string): Promise<GitRepository>;

  /** The folder of a repository, for native git; nothing says that it is there. @throws DomainError `not_found` */
  gitdir(id: string): string;

  /**
   * A name beside the repositories for a folder that the caller makes and removes; one that stays is removed once this
   * process has ended.
   */
  temporaryFolder(): Promise<string>;

  /**
   * Serves a repository to git clients.
   * @throws DomainError `not_found`; `storage_unavailable` where there is no native git
   */
  serve(id: string): Promise<GitService>;

  /** How a repository's objects lie on disk. @throws DomainError `not_found` */
  measure(id: string): Promise<ObjectStatistics>;

  /** Whether {@link maintain} would pay; false without native git. @throws DomainError `not_found` */
  needsMaintenance(id: string): Promise<boolean>;

  /**
   * Packs what is loose and joins packs, beside saves and reads; see {@link maintain}. One at a time for a repository.
   * @throws Error when git fails or the signal ends it: for the log only; DomainError `not_found`, `storage_unavailable`
   *   without native git
   */
  maintain(id: string, options: { signal: AbortSignal; onProgress: OnProgress }): Promise<void>;

  /**
   * To be called at start: makes the folder this database's own, and takes up what instances that ended without
   * {@link close} left: their locks, temp files and half-made repositories go, and what their journals promised is
   * carried out. From then on it looks for such instances every 30 s. A repository for which that fails is reported, and
   * answers `storage_unavailable` until it succeeds; it is tried again every 30 s. While another process is at it, this
   * waits for its turn, ten minutes at most.
   * @throws DomainError `storage_unavailable`, also when the folder belongs to another database
   */
  reconcile(): Promise<void>;

  /**
   * Waits for the writes under way, makes all durable in its place, and closes the packs that are open. Nothing can be
   * written after.
   */
  close(): Promise<void>;
}

/** How a store is opened; all but `root` have defaults. */
export interface GitStoreOptions {
  /** The folder of the repositories; made when the first is. */
  root: string;
  /** Default true; false trades safety from power failures for speed. */
  fsync?: boolean;
  /** How files are flushed; default the operating system's way. */
  syncs?: Syncs;
  /** See {@link findNativeGit}; default none. */
  native?: NativeGit | null;
  /** What tells which instances live; default: this one alone. */
  leases?: Leases;
  /** Tells one database from another; default: it is not checked whose the folder is. */
  databaseId?: string;
  /** Is told of what goes wrong in the background. */
  report?: (error: unknown) => void;
}

const lookForGoneMs = 30_000;
const lookAgainMs = 250;
/** A process that hangs holds its turn as long as its connection stands; who starts fails then, and may be started again. */
const longestTurnMs = 10 * 60_000;

/** Opens a store; nothing is read or written yet. */
export function openGitStore(options: GitStoreOptions): GitStore {
  const root = resolve(options.root);
  const syncs = options.fsync === false ? null : (options.syncs ?? diskSyncs);
  const leases = options.leases ?? createLocalLeases();
  const report = options.report ?? (() => {});
  const owner = new StoreOwner({ root, leases, syncs, report });
  const caches = createObjectCaches();
  const queue = new BranchQueue();
  // A pack that a repack removed takes its place on the disk until it is closed.
  const sweep = setInterval(() => caches.openPacks.purgeStale(), sweepMs).unref();
  let timer: NodeJS.Timeout | undefined;
  let hasYoungLocks = false;

  /** The repositories that could not be taken up, by the name of their folder. */
  let untrusted: ReadonlyMap<string, unknown> = new Map();
  const native = options.native ?? null;
  const gates = new ServiceGates();

  async function existing(id: string): Promise<string> {
    const gitdir = directory(root, id);
    const why = untrusted.get(basename(gitdir));
    if (why !== undefined) throw storageUnavailable(why);
    const objects = await stat(join(gitdir, 'objects')).catch((error: unknown) => {
      if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return null;
      throw storageUnavailable(error);
    });
    if (!objects?.isDirectory()) throw notFound('The repository');
    return gitdir;
  }

  async function repository(id: string): Promise<GitRepository> {
    const gitdir = await existing(id);
    const files = new DurableFiles(gitdir, owner);
    return openRepository({
      objects: new ObjectStore(id, files, caches),
      refs: new RefStore(files),
      queue,
      native,
    });
  }

  /** False: another process is at it. */
  async function takeUp(): Promise<boolean> {
    const lease = await leases.tryTake('git-reconcile');
    if (!lease) return false;
    try {
      ({ failed: untrusted, hasYoungLocks } = await reconcileStore(owner));
      for (const [name, cause] of untrusted)
        report(new Error(`${name} could not be taken up, is not served, and is tried again`, { cause }));
    } finally {
      await lease.release();
    }
    return true;
  }

  async function lookForGone(): Promise<void> {
    if (untrusted.size > 0 || hasYoungLocks || (await hasGoneInstances(owner))) await takeUp();
  }

  async function reconcile(): Promise<void> {
    if (options.databaseId) await claimFolder(root, options.databaseId, syncs);
    // What another one has not carried out yet is not to be read; and what it could not carry out is to be known here, too.
    const until = Date.now() + longestTurnMs;
    while (!(await takeUp())) {
      if (Date.now() > until)
        throw storageUnavailable(new Error('another process takes up the journals too long'));
      await sleep(lookAgainMs);
    }
    timer ??= setInterval(() => lookForGone().catch(report), lookForGoneMs).unref();
  }

  return {
    native,
    createRepository: (id, init) =>
      guardStorage(() => createRepository({ directory: directory(root, id), owner }, init)),
    repository,
    gitdir: (id) => directory(root, id),
    temporaryFolder: async () => join(root, tempFolder, tempName((await owner.instance()).id)),
    async serve(id) {
      const files = new DurableFiles(await existing(id), owner);
      if (!native) throw storageUnavailable(new Error('there is no native git'));
      return new GitService({ native, queue, gates, id, files, refs: new RefStore(files) });
    },
    measure: (id) => guardStorage(async () => measureObjects(await existing(id))),
    needsMaintenance: (id) =>
      guardStorage(async () => native !== null && needsMaintenance(await existing(id))),
    async maintain(id, how) {
      if (!native) throw storageUnavailable(new Error('there is no native git'));
      await maintain(native, await existing(id), how);
    },
    reconcile: () => guardStorage(reconcile),
    close: () => {
      clearInterval(timer);
      clearInterval(sweep);
      caches.openPacks.clear();
      return guardStorage(() => owner.close());
    },
  };
}

function directory(root: string, id: string): string {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) throw notFound('The repository');
  return join(root, `${id}.git`);
}
