import { DomainError, notFound } from '../../errors.js';
import type { BranchQueue } from './commits/branch-queue.js';
import { commitToBranch } from './commits/commit-to-branch.js';
import { guardStorage } from './durability/storage-error.js';
import { assertReadablePath, invalidPath } from './file-path.js';
import type { Commit, CommitInput, GitRepository } from './git-types.js';
import { openHistory } from './history/history.js';
import { isReachable } from './history/is-reachable.js';
import { lastChanges } from './history/last-changes.js';
import type { NativeGit } from './native/native-git.js';
import { type CommitLinks, decodeCommit, decodeCommitLinks } from './objects/commit-object.js';
import { EntryBudget } from './objects/entry-budget.js';
import type { ObjectStore } from './objects/object-store.js';
import { assertBranchName } from './ref-name.js';
import type { RefStore } from './refs/ref-store.js';
import { assertTip, resolveRef } from './refs/resolve-ref.js';
import { keepReplaced } from './serve/hidden-refs.js';
import { diffTrees } from './trees/tree-diff.js';
import { listTree } from './trees/tree-files.js';
import { findPath } from './trees/tree-path.js';

/** Puts the parts of one repository together; every operation tells a failing disk as `storage_unavailable`. */
export function openRepository(parts: {
  objects: ObjectStore;
  refs: RefStore;
  queue: BranchQueue;
  native: NativeGit | null;
}): GitRepository {
  const { objects, refs } = parts;
  const { history, isAncestor } = openHistory({ ...parts, readCommit, readLinks });

  async function commitBytes(oid: string): Promise<Buffer> {
    const object = await objects.read(oid);
    if (object?.type !== 'commit') throw notFound('The commit');
    return object.bytes;
  }

  async function readCommit(oid: string): Promise<Commit> {
    return decodeCommit(oid, await commitBytes(oid));
  }

  async function readLinks(oid: string): Promise<CommitLinks> {
    return decodeCommitLinks(oid, await commitBytes(oid));
  }

  async function resolveBranch(branch: string): Promise<string> {
    assertBranchName(branch);
    const oid = await refs.read(`refs/heads/${branch}`);
    if (oid === null) throw notFound('The branch');
    await assertTip(objects, oid);
    return oid;
  }

  /** One that leads nowhere does not take the others with it. */
  async function branches() {
    const found: { name: string; commitOid: string }[] = [];
    for (const { name, oid } of await refs.branches()) {
      try {
        await assertTip(objects, oid);
        found.push({ name, commitOid: oid });
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        const what = `the branch ${name} of ${objects.repositoryId} leads nowhere, and is left out of lists`;
        objects.files.owner.reportOnce(what, error.cause);
      }
    }
    return found;
  }

  async function fileOid(commitOid: string, path: string, loc?: string[]): Promise<string | null> {
    assertReadablePath(path, loc);
    const found = await findPath(objects, (await readLinks(commitOid)).treeOid, path);
    if (found.kind === 'directory') throw invalidPath('is a folder', loc);
    return found.kind === 'file' ? found.oid : null;
  }

  async function readFile(commitOid: string, path: string, loc?: string[]) {
    const oid = await fileOid(commitOid, path, loc);
    if (oid === null) return null;
    const bytes = await objects.readExpected(oid, 'blob');
    return { oid, size: bytes.length, bytes };
  }

  async function listFiles(commitOid: string) {
    const { treeOid } = await readLinks(commitOid);
    const { files } = await listTree({ objects, budget: new EntryBudget() }, treeOid);
    return files.slice();
  }

  async function differingPaths(before: string, after: string): Promise<string[]> {
    const [old, now] = [await readLinks(before), await readLinks(after)];
    return (await diffTrees(objects, old.treeOid, now.treeOid)).map(({ path }) => path);
  }

  async function createBranch(name: string, commitOid: string): Promise<void> {
    assertBranchName(name);
    await readCommit(commitOid);
    // A prune under way takes no notice of a ref that is made now.
    if (!(await isReachable(parts, readLinks, commitOid))) throw notFound('The commit');
    await refs.create(`refs/heads/${name}`, commitOid);
  }

  async function setDefaultBranch(name: string): Promise<void> {
    await resolveBranch(name);
    await refs.setHead(`refs/heads/${name}`);
  }

  async function moveBranch(name: string, from: string, to: string): Promise<boolean> {
    assertBranchName(name);
    await readCommit(to);
    return parts.queue.run(`${objects.repositoryId}:${name}`, () =>
      refs.compareAndSwap(`refs/heads/${name}`, from, to),
    );
  }

  async function deleteBranch(name: string, at?: string): Promise<boolean> {
    assertBranchName(name);
    const ref = `refs/heads/${name}`;
    let tip = await refs.read(ref);
    while (tip !== null && (at === undefined || tip === at)) {
      // Stays under a hidden ref, so that no version is lost, unless the branch leads nowhere.
      if ((await objects.read(tip)) !== null) await keepReplaced(refs, name, tip);
      if (await refs.remove(ref, tip)) return true;
      tip = await refs.read(ref);
    }
    if (tip === null) throw notFound('The branch');
    return false;
  }

  return {
    resolveRef: (ref) => guardStorage(() => resolveRef({ objects, refs }, ref)),
    resolveBranch: (branch) => guardStorage(() => resolveBranch(branch)),
    setDefaultBranch: (branch) => guardStorage(() => setDefaultBranch(branch)),
    branches: () => guardStorage(branches),
    isKnown: (oid) => guardStorage(async () => (await objects.read(oid))?.type === 'commit'),
    readCommit: (oid) => guardStorage(() => readCommit(oid)),
    readFile: (commitOid, path, loc) => guardStorage(() => readFile(commitOid, path, loc)),
    fileOid: (commitOid, path) => guardStorage(() => fileOid(commitOid, path)),
    listFiles: (commitOid) => guardStorage(() => listFiles(commitOid)),
    differingPaths: (before, after) => guardStorage(() => differingPaths(before, after)),
    blobSize: (oid) => guardStorage(() => objects.blobSize(oid)),
    commit: (input: CommitInput) => guardStorage(() => commitToBranch(parts, input)),
    history,
    lastChanges: (commitOid, paths) =>
      guardStorage(() => lastChanges({ objects, readLinks }, commitOid, paths)),
    isAncestor: (ancestor, descendant) => guardStorage(() => isAncestor(ancestor, descendant)),
    createBranch: (name, commitOid) => guardStorage(() => createBranch(name, commitOid)),
    moveBranch: (name, from, to) => guardStorage(() => moveBranch(name, from, to)),
    deleteBranch: (name, at) => guardStorage(() => deleteBranch(name, at)),
  };
}
