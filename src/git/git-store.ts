import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { notFound } from '../errors.js';
import { BranchQueue } from './branch-queue.js';
import { createRepository, type RepositoryInit } from './create-repository.js';
import { DurableFiles } from './durable-files.js';
import type { GitRepository } from './git-types.js';
import { maintain, type OnProgress } from './maintenance/maintain.js';
import { measureObjects, needsMaintenance, type ObjectStatistics } from './maintenance/object-statistics.js';
import type { NativeGit } from './native/native-git.js';
import { createObjectCaches } from './object-caches.js';
import { ObjectStore } from './object-store.js';
import { openRepository } from './open-repository.js';
import { reconcileStore } from './reconcile-store.js';
import { RefStore } from './ref-store.js';
import { guardStorage, storageUnavailable } from './storage-error.js';

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

/** The repositories below one folder. One machine at a time may have it open; native git may use it all the while. */
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

  /** @throws DomainError `not_found` */
  repository(id: string): Promise<GitRepository>;

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

  /** To be called at start: removes locks, temp files and half-made repositories that a kill left behind. */
  reconcile(): Promise<void>;
}

/**
 * Opens a store; nothing is read or written yet.
 * @param options.root the folder of the repositories; made when the first is
 * @param options.native see {@link findNativeGit}; default none
 * @param options.fsync default true; false trades safety from power failures for speed
 */
export function openGitStore(options: {
  root: string;
  fsync?: boolean;
  native?: NativeGit | null;
}): GitStore {
  const root = resolve(options.root);
  const fsync = options.fsync ?? true;
  const caches = createObjectCaches();
  const queue = new BranchQueue();

  const native = options.native ?? null;

  async function existing(id: string): Promise<string> {
    const gitdir = directory(root, id);
    if (!(await stat(join(gitdir, 'objects')).catch(() => null))?.isDirectory())
      throw notFound('The repository');
    return gitdir;
  }

  async function repository(id: string): Promise<GitRepository> {
    const gitdir = await existing(id);
    const files = new DurableFiles(gitdir, fsync);
    return openRepository({
      objects: new ObjectStore(id, files, caches),
      refs: new RefStore(files),
      queue,
      native,
    });
  }

  return {
    native,
    createRepository: (id, init) =>
      guardStorage(() => createRepository({ root, directory: directory(root, id), fsync }, init)),
    repository,
    measure: (id) => guardStorage(async () => measureObjects(await existing(id))),
    needsMaintenance: (id) =>
      guardStorage(async () => native !== null && needsMaintenance(await existing(id))),
    async maintain(id, how) {
      if (!native) throw storageUnavailable(new Error('there is no native git'));
      await maintain(native, await existing(id), how);
    },
    reconcile: () => guardStorage(() => reconcileStore(root)),
  };
}

function directory(root: string, id: string): string {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) throw notFound('The repository');
  return join(root, `${id}.git`);
}
