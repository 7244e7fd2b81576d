import type { Identity } from './identity.js';

/** Merges a file that both sides changed; its versions are blobs. Null for a conflict. */
export type MergeFile = (file: {
  path: string;
  base: string;
  ours: string;
  theirs: string;
}) => Promise<Uint8Array | null>;

/** The input of {@link GitRepository.merge}. */
export interface MergeInput {
  /** An existing branch; it is ours. */
  branch: string;
  /** The commit that is merged into it; it is theirs. */
  commitOid: string;
  /** Whether the branch is moved to the commit, without a new commit, where it has nothing that the commit has not. */
  mayFastForward: boolean;
  /** Returns what merges the files of one attempt. It is called again, for all files, when the branch moves meanwhile. */
  beginMerge(): MergeFile;
  author: Identity;
  committer: Identity;
  message: string;
}

/** The paths of a file in a merge that one side renamed, or both. */
export interface RenamedFile {
  /** In the merge base. */
  base: string;
  /** Null where our side deleted it. */
  ours: string | null;
  /** Null where their side deleted it. */
  theirs: string | null;
}

/** A path that cannot be merged. */
export interface MergeConflict {
  /** After the merge; for `renamed` in the merge base. */
  path: string;
  /**
   * Why: both sides changed the same of its `content`, one side `deleted` what the other one changed or renamed, `both_added`
   * different files, also by renaming one, both `renamed` it to different paths, or it is of another `type` on one side, such as
   * a folder or a symlink.
   */
  reason: 'content' | 'deleted' | 'both_added' | 'renamed' | 'type';
  /** Only of a file that a side renamed. */
  renamed?: RenamedFile;
}

/** The result of {@link GitRepository.merge}. */
export type MergeOutcome =
  /** A commit with two parents was created; `parentOid` is the first one. */
  | { kind: 'merged' | 'fast_forward'; commitOid: string; parentOid: string }
  /** The branch had the commit already; `commitOid` is its tip. */
  | { kind: 'unchanged'; commitOid: string }
  /** The two histories have no commit in common. */
  | { kind: 'unrelated' }
  /** Nothing was written. At most 100 of them. */
  | { kind: 'conflicts'; conflicts: MergeConflict[] };
