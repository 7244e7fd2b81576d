import type { BranchQueue } from './commits/branch-queue.js';
import { commitToBranch } from './commits/commit-to-branch.js';
import { guardStorage } from './durability/storage-error.js';
import type { CommitInput, GitRepository } from './git-types.js';
import { history } from './history/history.js';
import { isAncestor } from './history/is-ancestor.js';
import { lastChanges } from './history/last-changes.js';
import type { NativeGit } from './native/native-git.js';
import type { ObjectStore } from './objects/object-store.js';
import { readCommit } from './objects/read-commit.js';
import { Branches } from './refs/branches.js';
import type { RefStore } from './refs/ref-store.js';
import { resolveRef } from './refs/resolve-ref.js';
import { CommitFiles } from './trees/commit-files.js';

/** What a repository is opened with. */
export interface RepositoryParts {
  objects: ObjectStore;
  refs: RefStore;
  queue: BranchQueue;
  native: NativeGit;
}

/** One bare repository of a store. Each method reports a failing disk as `storage_unavailable`. */
export class BareRepository implements GitRepository {
  readonly #branchStore: Branches;
  readonly #files: CommitFiles;

  readonly #parts: RepositoryParts;

  constructor(parts: RepositoryParts) {
    this.#parts = parts;

    this.#branchStore = new Branches(parts);
    this.#files = new CommitFiles(parts.objects);
  }

  resolveRef(ref: string) {
    return guardStorage(() => resolveRef(this.#parts, ref));
  }

  resolveBranch(branch: string) {
    return guardStorage(() => this.#branchStore.resolve(branch));
  }

  setDefaultBranch(branch: string) {
    return guardStorage(() => this.#branchStore.setDefault(branch));
  }

  branches() {
    return guardStorage(() => this.#branchStore.list());
  }

  createBranch(name: string, commitOid: string) {
    return guardStorage(() => this.#branchStore.create(name, commitOid));
  }

  moveBranch(name: string, from: string, to: string) {
    return guardStorage(() => this.#branchStore.move(name, from, to));
  }

  deleteBranch(name: string, at?: string) {
    return guardStorage(() => this.#branchStore.delete(name, at));
  }

  isKnown(oid: string) {
    return guardStorage(async () => (await this.#parts.objects.read(oid))?.type === 'commit');
  }

  readCommit(oid: string) {
    return guardStorage(() => readCommit(this.#parts.objects, oid));
  }

  readFile(commitOid: string, path: string) {
    return guardStorage(() => this.#files.read(commitOid, path));
  }

  fileOid(commitOid: string, path: string) {
    return guardStorage(() => this.#files.find(commitOid, path));
  }

  listFiles(commitOid: string) {
    return guardStorage(() => this.#files.list(commitOid));
  }

  differingPaths(before: string, after: string) {
    return guardStorage(() => this.#files.differingPaths(before, after));
  }

  blobSize(oid: string) {
    return guardStorage(() => this.#parts.objects.blobSize(oid));
  }

  isBinary(oid: string) {
    return guardStorage(() => this.#parts.objects.isBinary(oid));
  }

  commit(input: CommitInput) {
    return guardStorage(() => commitToBranch(this.#parts, input));
  }

  history(from: string | null, to: string) {
    return history(this.#parts, from, to);
  }

  lastChanges(commitOid: string, paths: Iterable<string>) {
    return guardStorage(() => lastChanges(this.#parts.objects, commitOid, paths));
  }

  isAncestor(ancestor: string, descendant: string) {
    return guardStorage(() => isAncestor(this.#parts, ancestor, descendant));
  }
}
