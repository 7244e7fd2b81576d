import type { PathTree } from '../trees/path-tree.js';

/** A commit of a merge, with a tree of its own to look files up. */
export interface MergeCommit {
  oid: string;
  treeOid: string;
  files: PathTree;
}

/** The commits of a merge; several bases where branches were merged crosswise. */
export interface MergeSides {
  bases: MergeCommit[];
  ours: MergeCommit;
  theirs: MergeCommit;
}

/** What each side renamed: by the path in the bases, the path on the side. */
export interface SideRenames {
  ours: ReadonlyMap<string, string>;
  theirs: ReadonlyMap<string, string>;
}
