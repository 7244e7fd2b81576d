import { guardStorage, storageUnavailable } from '../durability/storage-error.js';
import type { Commit, PathChange } from '../git-types.js';
import { type NativeGit, NativeGitError } from '../native/native-git.js';
import { nativeHistory } from '../native/native-history.js';
import type { ObjectStore } from '../objects/object-store.js';
import { readCommit, readLinks } from '../objects/read-commit.js';
import { diffTrees } from '../trees/tree-diff.js';
import { commitChanges } from './commit-changes.js';
import { isAncestor } from './is-ancestor.js';
import { linearChain } from './linear-chain.js';
import { readCommits } from './read-commits.js';

interface HistoryParts {
  objects: ObjectStore;
  native: NativeGit;
}

/** A commit with the files that it changed. */
export interface CommitWithChanges {
  commit: Commit;
  changes: PathChange[];
}

/**
 * The commits that lead from one commit to another, parents before children; see {@link GitRepository.history}. A short
 * chain of commits is read in this process, because each save asks for one; everything else comes from native git.
 */
export async function* history(
  git: HistoryParts,
  from: string | null,
  to: string,
): AsyncGenerator<CommitWithChanges> {
  const start = from === null ? null : await guardStorage(() => readLinks(git.objects, from));
  const chain = await guardStorage(() => linearChain(git.objects, from, to));
  if (!chain) {
    yield* longHistory(git, from, to);
    return;
  }
  let parentTree = start?.treeOid ?? null;
  for (const { oid, treeOid } of chain) {
    yield await guardStorage(async () => {
      const commit = await readCommit(git.objects, oid);
      const differences = await diffTrees(git.objects, parentTree, treeOid);
      return { commit, changes: await commitChanges(git.objects, commit, differences) };
    });
    parentTree = treeOid;
  }
}

async function* longHistory(
  git: HistoryParts,
  from: string | null,
  to: string,
): AsyncGenerator<CommitWithChanges> {
  const yielded = new Set<string>();
  const listed = nativeHistory(git.native, git.objects.files.gitdir, {
    from: from === null ? [] : [from],
    to,
  });
  try {
    for await (const { commit, differences } of readCommits(git, listed)) {
      if (from !== null) {
        if (await guardStorage(() => isExcluded(git, commit, { from, yielded }))) continue;
        yielded.add(commit.oid);
      }
      yield { commit, changes: await guardStorage(() => commitChanges(git.objects, commit, differences)) };
    }
  } catch (error) {
    throw error instanceof NativeGitError ? storageUnavailable(error) : error;
  }
}

/**
 * Whether native git listed a commit that `from` leads to. It stops looking for those by the dates of commits, so it lists
 * some where clocks were wrong. Only a commit with no parent in the range can be the first of them.
 */
async function isExcluded(
  git: HistoryParts,
  { oid, parents }: Commit,
  { from, yielded }: { from: string; yielded: ReadonlySet<string> },
): Promise<boolean> {
  if (parents.some((parent) => parent === from || yielded.has(parent))) return false;
  return isAncestor(git, oid, from);
}
