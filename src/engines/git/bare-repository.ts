import type { BranchQueue } from './commits/branch-queue.js';
import { commitToBranch } from './commits/commit-to-branch.js';
import { mergeIntoBranch } from './commits/merge-into-branch.js';
import { guardStorage } from './durability/storage-error.js';
import type { CommitInput, GitRepository } from './git-types.js';
import type { GrepQuery } from './grep-query.js';
import { firstParents } from './history/first-parents.js';
import { history } from './history/history.js';
import { isAncestor } from './history/is-ancestor.js';
import { lastChanges } from './history/last-changes.js';
import { mergeBases } from './history/merge-bases.js';
import type { MergeInput } from './merge-types.js';
import { grepPaths } from './native/grep.js';
import type { NativeGit } from './native/native-git.js';
import type { ObjectStore } from './objects/object-store.js';
import { readBlob } from './objects/read-blob.js';
import { readCommit } from './objects/read-commit.js';
import { Branches } from './refs/branches.js';
import type { RefStore } from './refs/ref-store.js';
import { resolveRef } from './refs/resolve-ref.js';
import type { RenameSearch } from './rename-search.js';
import { CommitFiles } from './trees/commit-files.js';
import { compareTrees } from './trees/compare-trees.js';

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

  nameOfBranch(given: string) {
    return guardStorage(() => this.#branchStore.nameOf(given));
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

  createBranch(name: string, commitOid: string, from?: string) {
    return guardStorage(() => this.#branchStore.create(name, commitOid, from));
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

  listFolder(commitOid: string, path: string) {
    return guardStorage(() => this.#files.folder(commitOid, path));
  }

  differingPaths(before: string, after: string) {
    return guardStorage(() => this.#files.differingPaths(before, after));
  }

  compare(before: string, after: string, search: RenameSearch) {
    return guardStorage(async () => {
      const { objects } = this.#parts;
      const [old, now] = [await readCommit(objects, before), await readCommit(objects, after)];
      return compareTrees(this.#parts, old.treeOid, now.treeOid, search);
    });
  }

  mergeBases(one: string, two: string) {
    return guardStorage(() => mergeBases(this.#parts, one, two));
  }

  readBlob(oid: string) {
    return guardStorage(() => readBlob(this.#parts.objects, oid));
  }

  blobSize(oid: string) {
    return guardStorage(() => this.#parts.objects.blobSize(oid));
  }

  isBinary(oid: string) {
    return guardStorage(() => this.#parts.objects.isBinary(oid));
  }

  grep(commitOid: string, query: GrepQuery & { signal: AbortSignal }) {
    const { native, objects } = this.#parts;
    return grepPaths(native, objects.files.gitdir, commitOid, query);
  }

  commit(input: CommitInput) {
    return guardStorage(() => commitToBranch(this.#parts, input));
  }

  merge(input: MergeInput) {
    return guardStorage(() => mergeIntoBranch(this.#parts, input));
  }

  history(from: string | null, to: string) {
    return history(this.#parts, from, to);
  }

  firstParents(from: string | null, to: string) {
    return guardStorage(() => firstParents(this.#parts, from, to));
  }

  lastChanges(commitOid: string, paths: Iterable<string>) {
    return guardStorage(() => lastChanges(this.#parts.objects, commitOid, paths));
  }

  isAncestor(ancestor: string, descendant: string) {
    return guardStorage(() => isAncestor(this.#parts, ancestor, descendant));
  }
}
