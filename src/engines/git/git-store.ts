import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { notFound } from '../../errors.js';
import { BareRepository } from './bare-repository.js';
import { BranchQueue } from './commits/branch-queue.js';
import { type CopiedRepositories, copyRepositories } from './copy-repositories.js';
import { createRepository, type RepositoryInit } from './create-repository.js';
import { DurableFiles } from './durability/durable-files.js';
import { errnoOf, guardStorage, storageUnavailable } from './durability/storage-error.js';
import { StoreOwner } from './durability/store-owner.js';
import { StoreRecovery } from './durability/store-recovery.js';
import { diskSyncs, type Syncs } from './durability/syncs.js';
import { tempFolder, tempName } from './durability/temp-name.js';
import type { GitRepository } from './git-types.js';
import type { InstanceLeases } from './leases.js';
import { maintain, type OnProgress } from './maintenance/maintain.js';
import { measureObjects, needsMaintenance, type ObjectStatistics } from './maintenance/object-statistics.js';
import type { NativeGit } from './native/native-git.js';
import { createObjectCaches, sweepMs } from './objects/object-caches.js';
import { ObjectStore } from './objects/object-store.js';
import { RefStore } from './refs/ref-store.js';
import type { RemoteAccess, RemoteLimits } from './remotes/remote-access.js';
import { RemoteMirror } from './remotes/remote-mirror.js';
import { removeTracking } from './remotes/tracking-refs.js';
import { GitService, ServiceGates } from './serve/git-service.js';
import type { ProcessSlots } from './serve/process-gate.js';

export type { CopiedRepositories } from './copy-repositories.js';
export type {
  Commit,
  CommitInput,
  CommitResult,
  ComparedFile,
  FileChange,
  GitRepository,
  PathChange,
  ResolvedRef,
} from './git-types.js';
export type { ObjectStatistics } from './maintenance/object-statistics.js';
export type { MergeConflict } from './merge-types.js';
export type { RemoteTips } from './remotes/fetch-remote.js';
export type { RemoteAccess, RemoteLimits } from './remotes/remote-access.js';
export type { RemoteMirror } from './remotes/remote-mirror.js';
export type { SyncRefs } from './remotes/tracking-refs.js';
export type { GitService, GitServiceName } from './serve/git-service.js';
export type { PushPolicy } from './serve/push-rules.js';
export type { ReceiveRequest } from './serve/receive-pack.js';
export { maxFetchBytes } from './serve/upload-pack.js';
export type { FolderChild } from './trees/folder-child.js';

/** How a {@link GitStore} is created; all but `root`, `native` and `leases` have defaults. */
export interface GitStoreOptions {
  /** The folder of the repositories; created with the first one. */
  root: string;
  /** See {@link findNativeGit}. */
  native: NativeGit;
  /** Default true; false is faster, and may lose acknowledged commits in a power failure. */
  fsync?: boolean;
  /** How files are synced; default the syncs of the operating system. */
  syncs?: Syncs;
  /** Shows which instances run. */
  leases: InstanceLeases;
  /** Identifies the database that holds the leases; default: it is not checked to which database the folder belongs. */
  databaseId?: string;
  /** Limits the processes that run for clients, for fetches and for pushes; default nothing does. */
  createSlots?: () => ProcessSlots;
  /** Receives errors in the background. */
  report?: (error: unknown) => void;
}

/**
 * The repositories in one folder, and with them the interface of this engine. Other instances of the gateway, and native git, may use
 * the same folder at the same time. Nothing is read or written until the first call.
 */
export class GitStore {
  readonly #native: NativeGit;
  readonly #root: string;
  readonly #owner: StoreOwner;
  readonly #recovery: StoreRecovery;
  readonly #caches = createObjectCaches();
  readonly #queue = new BranchQueue();
  readonly #gates: ServiceGates;
  readonly #sweep: NodeJS.Timeout;

  constructor(options: GitStoreOptions) {
    const { native, databaseId, leases, report = () => {} } = options;
    const syncs = options.fsync === false ? null : (options.syncs ?? diskSyncs);
    this.#native = native;
    this.#gates = new ServiceGates(options.createSlots);
    this.#root = resolve(options.root);
    this.#owner = new StoreOwner({ root: this.#root, leases, syncs, report });
    this.#recovery = new StoreRecovery({ owner: this.#owner, leases, databaseId, report });
    // A pack that a repack removed occupies the disk until it is closed.
    this.#sweep = setInterval(() => this.#caches.openPacks.purgeStale(), sweepMs).unref();
  }

  /**
   * Creates the bare repository `<root>/<id>.git` with one commit on its default branch, all or nothing.
   * @param id a UUID
   * @throws DomainError `already_exists`, `invalid_ref`, `invalid_path`, `file_exists`, `storage_unavailable`;
   *   `not_found` when the id is not a UUID
   */
  createRepository(id: string, init: RepositoryInit): Promise<{ commitOid: string }> {
    return guardStorage(() => createRepository({ directory: this.#gitdir(id), owner: this.#owner }, init));
  }

  /** Opens a repository. @throws DomainError `not_found`, `storage_unavailable` */
  async repository(id: string): Promise<GitRepository> {
    const files = await this.#files(id);
    return new BareRepository({
      objects: new ObjectStore(id, files, this.#caches),
      refs: new RefStore(files),
      queue: this.#queue,
      native: this.#native,
    });
  }

  /** Whether git can connect to an address that was checked before: `http.curloptResolve` came with 2.37. */
  get canReachRemotes(): boolean {
    return this.#native.isAtLeast(2, 37);
  }

  /** Connects a repository with a remote that it mirrors. @throws DomainError `not_found` when the id is not a UUID */
  mirror(
    id: string,
    access: RemoteAccess,
    options: { limits: RemoteLimits; signal: AbortSignal },
  ): RemoteMirror {
    const temporaryFolder = async () =>
      join(this.#root, tempFolder, tempName((await this.#owner.instance()).id));
    return new RemoteMirror({
      ...options,
      native: this.#native,
      gitdir: this.#gitdir(id),
      access,
      temporaryFolder,
    });
  }

  /** Forgets what the remotes of a repository had; what was fetched stays. @throws DomainError `not_found` */
  async forgetRemotes(id: string): Promise<void> {
    if (this.canReachRemotes) await removeTracking(this.#native, this.#gitdir(id));
  }

  /** Serves a repository to git clients. @throws DomainError `not_found`, `storage_unavailable` */
  async serve(id: string): Promise<GitService> {
    const files = await this.#files(id);
    return new GitService({
      id,
      files,
      native: this.#native,
      queue: this.#queue,
      gates: this.#gates,
      refs: new RefStore(files),
    });
  }

  /** Counts and measures the object files of a repository. @throws DomainError `not_found` */
  measure(id: string): Promise<ObjectStatistics> {
    return guardStorage(async () => measureObjects(await this.#existing(id)));
  }

  /** Whether {@link maintain} is worth its time. @throws DomainError `not_found` */
  needsMaintenance(id: string): Promise<boolean> {
    return guardStorage(async () => needsMaintenance(await this.#existing(id)));
  }

  /**
   * Packs loose objects and joins packs, while saves and reads go on; see {@link maintain}. The caller makes sure that
   * nobody else maintains this repository.
   * @throws Error when git fails or the signal ends it, for the log only; DomainError `not_found`, `storage_unavailable`
   */
  async maintain(id: string, options: { signal: AbortSignal; onProgress: OnProgress }): Promise<void> {
    await maintain(this.#native, await this.#existing(id), options);
  }

  /**
   * Copies all repositories, while saves and pushes go on; see {@link copyRepositories}.
   * @param target an empty folder, or one that does not exist
   */
  copyTo(target: string): Promise<CopiedRepositories> {
    return copyRepositories(this.#root, target, this.#native);
  }

  /**
   * To be called at the start. It checks that the folder belongs to this database, and recovers what instances left that
   * ended without {@link close}: it removes their locks, temp files and unfinished repositories, and replays their journals.
   * Then it looks for such instances every 30 s. A repository whose recovery fails is reported and tried again every 30 s;
   * until it succeeds, its methods throw `storage_unavailable`. While another process recovers, this waits, at most ten
   * minutes.
   * @throws DomainError `storage_unavailable`, also when the folder belongs to another database
   */
  reconcile(): Promise<void> {
    return guardStorage(() => this.#recovery.start());
  }

  /** Waits for the writes under way, makes all durable, and closes all files. Nothing can be written afterwards. */
  close(): Promise<void> {
    this.#recovery.stop();
    clearInterval(this.#sweep);
    this.#caches.openPacks.clear();
    return guardStorage(() => this.#owner.close());
  }

  #gitdir(id: string): string {
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) throw notFound('The repository');
    return join(this.#root, `${id}.git`);
  }

  async #files(id: string): Promise<DurableFiles> {
    return new DurableFiles(await this.#existing(id), this.#owner);
  }

  async #existing(id: string): Promise<string> {
    const gitdir = this.#gitdir(id);
    this.#recovery.assertRecovered(basename(gitdir));
    const objects = await stat(join(gitdir, 'objects')).catch((error: unknown) => {
      if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return null;
      throw storageUnavailable(error);
    });
    if (!objects?.isDirectory()) throw notFound('The repository');
    return gitdir;
  }
}
