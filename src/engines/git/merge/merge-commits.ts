import type { MergeConflict, MergeFile } from '../merge-types.js';
import type { NativeGit } from '../native/native-git.js';
import { EntryBudget } from '../objects/entry-budget.js';
import { ObjectBatch } from '../objects/object-batch.js';
import type { ObjectStore } from '../objects/object-store.js';
import { readLinks } from '../objects/read-commit.js';
import { maxConflicts, mergeTrees } from '../trees/merge-trees.js';
import { PathTree } from '../trees/path-tree.js';
import { followRenames } from './follow-renames.js';
import { keepReachable } from './keep-reachable.js';
import type { MergeCommit, MergeSides } from './merge-sides.js';
import { sideRenames } from './side-renames.js';

/** The tree of a merge with its new objects, or up to 100 conflicts. */
export type MergedCommits = { treeOid: string; batch: ObjectBatch } | { conflicts: MergeConflict[] };

/**
 * Merges the files of two commits, as `git merge` does but for renames of folders: a file that one side renamed and the other
 * one changed is merged at its new path. Nothing is written.
 * @param commits.bases the merge bases; where there are several, all must lead to the same outcome
 * @throws DomainError `payload_too_large`, `storage_unavailable`, and what `mergeFile` throws
 */
export async function mergeCommits(
  git: { objects: ObjectStore; native: NativeGit },
  commits: { bases: string[]; ours: string; theirs: string },
  mergeFile: MergeFile,
): Promise<MergedCommits> {
  const { objects } = git;
  // It also gets trees that are only steps of the merge.
  const all = new ObjectBatch(objects);
  // The folders that are read stay in memory until the end.
  const reader = { batch: all, budget: new EntryBudget() };
  const open = async (oid: string): Promise<MergeCommit> => {
    const { treeOid } = await readLinks(objects, oid);
    return { oid, treeOid, files: new PathTree(reader, treeOid) };
  };
  const bases: MergeCommit[] = [];
  for (const oid of commits.bases) bases.push(await open(oid));
  const sides: MergeSides = { bases, ours: await open(commits.ours), theirs: await open(commits.theirs) };
  const { conflicts, renamed, ...trees } = await followRenames(sides, await sideRenames(git, sides));
  const merged = await mergeTrees(all, trees, mergeFile);
  if ('conflicts' in merged)
    for (const { path, reason } of merged.conflicts) {
      const file = renamed.get(path);
      conflicts.push({ path, reason, ...(file ? { renamed: file } : {}) });
    }
  if ('conflicts' in merged || conflicts.length > 0) return { conflicts: conflicts.slice(0, maxConflicts) };
  const batch = new ObjectBatch(objects);
  keepReachable(all, batch, merged.treeOid);
  return { treeOid: merged.treeOid, batch };
}
