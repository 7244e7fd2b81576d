import { guardStorage, storageUnavailable } from '../durability/storage-error.js';
import type { Commit, GitRepository } from '../git-types.js';
import { type NativeGit, NativeGitError } from '../native/native-git.js';
import { nativeHistory } from '../native/native-history.js';
import type { CommitLinks } from '../objects/commit-object.js';
import type { ObjectStore } from '../objects/object-store.js';
import { commitChanges, withRenames } from '../trees/tree-diff.js';
import { commitRange } from './commit-range.js';
import { isAncestor as walkToAncestor } from './is-ancestor.js';

/** How many commits our own walk looks at before native git, where there is one, takes over: as long as it starts. */
const walkedAlone = 128;

/**
 * Walks a repository's commits: few by ourselves, many with native git, to the same result. Only the order of commits of
 * which none leads to the other may differ.
 */
export function openHistory(parts: {
  objects: ObjectStore;
  native: NativeGit | null;
  readCommit(oid: string): Promise<Commit>;
  readLinks(oid: string): Promise<CommitLinks>;
}): Pick<GitRepository, 'history' | 'isAncestor'> {
  const { objects, native, readCommit, readLinks } = parts;
  const { gitdir } = objects.files;
  const most = native ? walkedAlone : Number.POSITIVE_INFINITY;

  async function changesOf(commit: Commit) {
    const parents = await Promise.all(commit.parents.map(readLinks));
    return commitChanges(
      objects,
      parents.map(({ treeOid }) => treeOid),
      commit.treeOid,
    );
  }

  async function* history(from: string | null, to: string) {
    const oids = await guardStorage(() => commitRange(readLinks, from, to, most));
    if (oids) {
      for (const oid of oids) {
        yield await guardStorage(async () => {
          const commit = await readCommit(oid);
          return { commit, changes: await changesOf(commit) };
        });
      }
      return;
    }
    const found = nativeHistory(native!, gitdir, { from, to });
    try {
      for await (const { oid, differences } of found) {
        yield { commit: await guardStorage(() => readCommit(oid)), changes: withRenames(differences) };
      }
    } catch (error) {
      throw error instanceof NativeGitError ? storageUnavailable(error) : error;
    }
  }

  async function isAncestor(ancestor: string, descendant: string): Promise<boolean> {
    const known = await walkToAncestor(readLinks, ancestor, [descendant], most);
    if (known !== null) return known;
    try {
      await native!.run(['merge-base', '--is-ancestor', ancestor, descendant], {
        gitdir,
        env: { GIT_NO_REPLACE_OBJECTS: '1' },
      });
      return true;
    } catch (error) {
      if (error instanceof NativeGitError && error.exitCode === 1) return false;
      throw storageUnavailable(error);
    }
  }

  return { history, isAncestor };
}
