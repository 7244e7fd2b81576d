import type { FieldPath } from '../../errors.js';
import type { GrepQuery } from './grep-query.js';
import type { Identity } from './identity.js';
import type { MergeInput, MergeOutcome } from './merge-types.js';
import type { RenameSearch } from './rename-search.js';
import type { ListedFile } from './trees/file-listing.js';
import type { FolderChild } from './trees/folder-child.js';

/** An {@link Identity} with a time in whole seconds. */
export interface Signature extends Identity {
  date: Date;
}

/** A commit object. `message` is unchanged, usually with a final newline. */
export interface Commit {
  oid: string;
  treeOid: string;
  parents: string[];
  author: Signature;
  committer: Signature;
  message: string;
  /** The renames that the commit records; null when it records none, so that they can only be guessed. */
  renames: RecordedRename[] | null;
}

/** A file that a commit renamed, whatever else the commit did to both paths. */
export interface RecordedRename {
  /** The path in the parent. */
  from: string;
  /** The path in the commit. */
  to: string;
}

/**
 * One change of a commit. `baseSha` is the blob that the caller last read; without it the change is unconditional.
 * - `create`: `file_exists` if the file exists.
 * - `save`: `not_found` if the file does not exist; the same bytes change nothing. The mode is kept.
 * - `delete`: `not_found` if the file does not exist; a folder is removed with its last file.
 * - `move`: `file_exists` if the new path exists; blob and mode are kept.
 */
export type FileChange =
  | ({ kind: 'create'; path: string; bytes: Uint8Array } & ChangePosition)
  | ({ kind: 'save'; path: string; bytes: Uint8Array } & BasedChange)
  | ({ kind: 'delete'; path: string } & BasedChange)
  | ({ kind: 'move'; path: string; newPath: string } & BasedChange);

interface ChangePosition {
  /** The path of the change in the caller's input, e.g. `["changes", 3, "create"]`: faults begin with it. Default empty. */
  at?: FieldPath;
}

interface BasedChange extends ChangePosition {
  baseSha?: string;
  /** Whether it is a `base_sha_conflict`, and not `not_found`, that the file is gone; default it is `not_found`. */
  conflictsIfGone?: boolean;
}

/** The input of {@link GitRepository.commit}. */
export interface CommitInput {
  /** An existing branch. */
  branch: string;
  /** Applied in order, each to the result of those before it. */
  changes: FileChange[];
  author: Identity;
  committer: Identity;
  message: string;
  /**
   * Whether a created file counts as renamed when the changes also delete a file of the same content, as in a commit from
   * outside. Default: only a `move` is a rename.
   */
  guessesRenames?: boolean;
}

/** The result of {@link GitRepository.commit}. */
export interface CommitResult {
  /** The new commit, or the branch's tip when nothing changed. */
  commitOid: string;
  /** The commit that the changes were applied to. */
  parentOid: string;
  /** False when the changes had no effect; then no commit was created. */
  changed: boolean;
  /** The committer date of `commitOid`. */
  date: Date;
  /** The created, saved and moved files, by their new paths; `size` in bytes. */
  files: { path: string; oid: string; size: number }[];
}

/**
 * A regular file that a commit changed; `oid` is null when the commit deleted it. Both paths of a recorded rename count as
 * changed, also where one of them has the same blob as before.
 */
export interface PathChange {
  path: string;
  oid: string | null;
  /**
   * The path that the file had in the parent: as the commit records it, else a path that the commit deleted and that had the
   * identical blob.
   */
  renamedFrom?: string;
}

/** A regular file that differs between two commits, with its blobs; null on a side that does not have it. */
export interface ComparedFile {
  /** The path in the second commit; in the first where the second does not have the file. */
  path: string;
  before: string | null;
  after: string | null;
  /** The path that a renamed file has in the first commit. */
  renamedFrom?: string;
}

/** The commit of a ref's name. */
export interface ResolvedRef {
  kind: 'branch' | 'tag' | 'commit';
  name: string;
  commitOid: string;
}

/**
 * One bare repository. Regular files are entries of mode 100644 or 100755 whose path is readable (see
 * `assertReadablePath`) and valid UTF-8; symlinks and submodules are neither followed nor listed.
 *
 * Every method throws `storage_unavailable` when the disk fails or an object or ref is damaged.
 */
export interface GitRepository {
  /**
   * The commit of a branch, else of a tag, also an annotated one, else of a sha, in full or its first seven or more digits.
   * A branch or tag may also be given as `refs/heads/x` and `heads/x`, or `refs/tags/x` and `tags/x`. Digits may be in any case.
   * @throws DomainError `invalid_ref` (malformed, or digits of several commits), `not_found` (unknown)
   */
  resolveRef(ref: string): Promise<ResolvedRef>;

  /**
   * The name of a branch that is given by its name or, as for {@link resolveRef}, by its full name: `refs/heads/x` and `heads/x`
   * are `x`, unless a branch has that whole name. The branch need not exist: `refs/heads/x` is `x` then too, and `heads/x` stays.
   * @param given a valid branch name
   */
  nameOfBranch(given: string): Promise<string>;

  /** The tip of a branch. @throws DomainError `invalid_ref`, `not_found` */
  resolveBranch(branch: string): Promise<string>;

  /**
   * Makes an existing branch the default branch: a clone checks it out.
   * @throws DomainError `invalid_ref`, `not_found`
   */
  setDefaultBranch(branch: string): Promise<void>;

  /** All branches by name, without damaged ones. */
  branches(): Promise<{ name: string; commitOid: string }[]>;

  /** Whether the repository has this commit. */
  isKnown(oid: string): Promise<boolean>;

  /** @throws DomainError `not_found` when the repository does not have this commit */
  readCommit(oid: string): Promise<Commit>;

  /**
   * The file at a path; null when there is no regular file.
   * @throws DomainError `invalid_path` for a directory or an unreadable path; `not_found` for the commit
   */
  readFile(commitOid: string, path: string): Promise<{ oid: string; size: number; bytes: Uint8Array } | null>;

  /** The blob at a path without reading it; null when there is no regular file. @throws as {@link readFile} */
  fileOid(commitOid: string, path: string): Promise<string | null>;

  /** Every regular file, by path in byte order. @throws DomainError `not_found`, `payload_too_large` */
  listFiles(commitOid: string): Promise<ListedFile[]>;

  /**
   * The regular files and folders directly in a folder, in Git's order: by bytes, a folder as if its name ended in a slash.
   * @param path empty for the root
   * @returns null when there is no such folder
   * @throws DomainError `invalid_path` for a file or an unreadable path; `not_found` for the commit
   */
  listFolder(commitOid: string, path: string): Promise<FolderChild[] | null>;

  /** The paths of the regular files that differ between two commits. @throws DomainError `not_found`, `payload_too_large` */
  differingPaths(before: string, after: string): Promise<string[]>;

  /**
   * The regular files that differ between two commits, by path, with renames: of the same bytes, or of at most 400 similar files.
   * @throws DomainError `not_found`, `payload_too_large`, and what `search.enter` throws
   */
  compare(before: string, after: string, search: RenameSearch): Promise<ComparedFile[]>;

  /**
   * The best common ancestors of two commits: none where their histories have nothing in common, several where branches were
   * merged crosswise.
   * @throws DomainError `not_found`
   */
  mergeBases(one: string, two: string): Promise<string[]>;

  /** The bytes of a blob. @throws DomainError `not_found` */
  readBlob(oid: string): Promise<Uint8Array>;

  /** Bytes of a blob. @throws DomainError `not_found` */
  blobSize(oid: string): Promise<number>;

  /** Whether a blob is something other than UTF-8 text; over 1 MiB by its beginning. @throws DomainError `not_found` */
  isBinary(oid: string): Promise<boolean>;

  /**
   * The paths of the regular files of an existing commit that contain one of some texts, by path in byte order. It takes long
   * in a large repository; `signal` ends it without an error.
   */
  grep(commitOid: string, query: GrepQuery & { signal: AbortSignal }): AsyncIterable<string>;

  /**
   * Applies the changes as one commit on the branch. Base shas are checked against the parent of the new commit. When the
   * branch moves meanwhile, for example by a push, everything is checked again, so no other commit is lost. The commit is
   * durable once it returns.
   * @throws DomainError `invalid_ref`, `invalid_path`, `not_found`, `file_exists`, `base_sha_conflict` (with
   *   `path, branch, baseSha, currentSha`), `storage_unavailable`
   */
  commit(input: CommitInput): Promise<CommitResult>;

  /**
   * Merges a commit into a branch: with a commit of two parents, or by moving the branch forward. A file that one side renamed
   * and the other one changed is merged at its new path; see `sideRenames`. When the branch moves meanwhile, all is merged again,
   * so no other commit is lost.
   * @throws DomainError `invalid_ref`, `not_found`, `payload_too_large`, `storage_unavailable`, and what merging a file throws
   */
  merge(input: MergeInput): Promise<MergeOutcome>;

  /**
   * The commits reachable from `to` but not from `from` (null: all), parents before children. Each has the files that differ
   * from its first parent; a merge only those that differ from all parents. A new mode alone is not a change.
   * @throws DomainError `not_found`, `payload_too_large`
   */
  history(from: string | null, to: string): AsyncIterable<{ commit: Commit; changes: PathChange[] }>;

  /**
   * The commits reachable from `to` but not from `from` (null: all) by first parents alone: those of the branch itself, without
   * what was merged into it. Null where there are over 100,000. Both commits must exist.
   */
  firstParents(from: string | null, to: string): Promise<ReadonlySet<string> | null>;

  /**
   * The commit that last changed each path, as `git log -1 COMMIT -- PATH` prints it.
   * @throws DomainError `not_found`, `payload_too_large` after 10 s
   */
  lastChanges(commitOid: string, paths: Iterable<string>): Promise<Map<string, string>>;

  /** Whether `ancestor` is reachable from `descendant`; a commit is its own ancestor. @throws DomainError `not_found` */
  isAncestor(ancestor: string, descendant: string): Promise<boolean>;

  /**
   * Creates a branch at a commit that is reachable from some ref.
   * @param from a branch that is likely to be at the commit, which saves reading the others; default none is known
   * @throws DomainError `invalid_ref`, `already_exists` (also for `a` when `a/b` exists, or the other way round), `not_found`
   */
  createBranch(name: string, commitOid: string, from?: string): Promise<void>;

  /**
   * Moves a branch from one commit to another after the saves that wait; false when it is not at `from` then.
   * @throws DomainError `invalid_ref`, `not_found` when the commit `to` does not exist
   */
  moveBranch(name: string, from: string, to: string): Promise<boolean>;

  /**
   * @param at deletes the branch only if this is its tip; false when it has another one
   * @throws DomainError `invalid_ref`, `not_found`
   */
  deleteBranch(name: string, at?: string): Promise<boolean>;
}
