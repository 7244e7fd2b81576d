/** Who wrote or committed; characters that Git's header cannot hold are dropped when a commit is made. */
export interface Identity {
  name: string;
  email: string;
}

/** An {@link Identity} with the time of the act, in whole seconds. */
export interface Signature extends Identity {
  date: Date;
}

/** A commit object. `message` is as stored, as a rule with a final newline. */
export interface Commit {
  oid: string;
  treeOid: string;
  parents: string[];
  author: Signature;
  committer: Signature;
  message: string;
}

/**
 * One change of a commit. `baseSha` is the blob that the caller last saw; absent: unconditional.
 * - `create`: `file_exists` if a file is there.
 * - `save`: `not_found` if none is there; the same bytes change nothing. The mode is kept.
 * - `delete`: `not_found` if none is there; a folder goes with its last file.
 * - `move`: `file_exists` if the target is taken; blob and mode are kept. `check` sees the bytes that are moved, after the
 *   base sha, as often as the branch moves meanwhile; what it throws refuses the commit.
 */
export type FileChange =
  | { kind: 'create'; path: string; bytes: Uint8Array }
  | { kind: 'save'; path: string; bytes: Uint8Array; baseSha?: string }
  | { kind: 'delete'; path: string; baseSha?: string }
  | { kind: 'move'; path: string; newPath: string; baseSha?: string; check?(bytes: Uint8Array): void };

/** What {@link GitRepository.commit} takes. */
export interface CommitInput {
  /** An existing branch. */
  branch: string;
  /** Applied in order, each to the outcome of those before it. */
  changes: FileChange[];
  author: Identity;
  committer: Identity;
  message: string;
}

/** What {@link GitRepository.commit} did. */
export interface CommitResult {
  /** The new commit, or the branch's tip when nothing changed. */
  commitOid: string;
  /** The tip that the changes were applied to. */
  parentOid: string;
  /** False when the files were as asked already; then no commit was made. */
  changed: boolean;
  /** The committer date of `commitOid`. */
  date: Date;
  /** Each created, saved or moved file (at its new path) as it now is; `size` in bytes. */
  files: { path: string; oid: string; size: number }[];
}

/** A regular file that a commit changed; `oid` null when it is gone. */
export interface PathChange {
  path: string;
  oid: string | null;
  /** The path deleted in the same commit that held the identical blob. */
  renamedFrom?: string;
}

/** What a ref's name stands for. */
export interface ResolvedRef {
  kind: 'branch' | 'tag' | 'commit';
  name: string;
  commitOid: string;
}

/**
 * One bare repository. Regular files are entries of mode 100644 or 100755 whose path is readable (see
 * `assertReadablePath`) and valid UTF-8; symlinks and submodules are never followed nor listed.
 *
 * Every method throws `storage_unavailable` when the disk fails or what it holds is damaged.
 */
export interface GitRepository {
  /**
   * A branch, else a tag (peeled), else the full sha of a commit that exists here.
   * @throws DomainError `invalid_ref` (malformed), `not_found` (unknown)
   */
  resolveRef(ref: string): Promise<ResolvedRef>;

  /** The tip of a branch. @throws DomainError `invalid_ref`, `not_found` */
  resolveBranch(branch: string): Promise<string>;

  /**
   * Makes an existing branch the one that a clone checks out.
   * @throws DomainError `invalid_ref`, `not_found`
   */
  setDefaultBranch(branch: string): Promise<void>;

  /** All branches, by name; those that are damaged are left out. */
  branches(): Promise<{ name: string; commitOid: string }[]>;

  /** Whether there is such a commit here. */
  isKnown(oid: string): Promise<boolean>;

  /** @throws DomainError `not_found` when there is no such commit here */
  readCommit(oid: string): Promise<Commit>;

  /**
   * Null when no regular file is there.
   * @param loc where the path stands in the input; default `["body", "path"]`
   * @throws DomainError `invalid_path` for a directory or an unreadable path; `not_found` for the commit
   */
  readFile(
    commitOid: string,
    path: string,
    loc?: string[],
  ): Promise<{ oid: string; size: number; bytes: Uint8Array } | null>;

  /** The blob at a path without reading it; null when no regular file is there. @throws as {@link readFile} */
  fileOid(commitOid: string, path: string): Promise<string | null>;

  /** Every regular file, by path in byte order. @throws DomainError `not_found`, `payload_too_large` */
  listFiles(commitOid: string): Promise<{ path: string; oid: string }[]>;

  /** The paths of the regular files that differ between two commits. @throws DomainError `not_found`, `payload_too_large` */
  differingPaths(before: string, after: string): Promise<string[]>;

  /** Bytes of a blob. @throws DomainError `not_found` */
  blobSize(oid: string): Promise<number>;

  /**
   * Applies the changes as one commit on the branch. Base shas are checked against the tip that the commit is put on;
   * when the branch moves meanwhile (a push from outside), all is evaluated anew, so no other commit is ever dropped.
   * Once it returns, the commit is on disk.
   * @throws DomainError `invalid_ref`, `invalid_path`, `not_found`, `file_exists`, `base_sha_conflict` (with
   *   `path, branch, baseSha, currentSha`), `storage_unavailable`
   */
  commit(input: CommitInput): Promise<CommitResult>;

  /**
   * The commits reachable from `to` and not from `from` (null: all), parents before children. Each has the files that
   * differ from its first parent; a merge only those that differ from all parents. A mode alone is no change.
   * @throws DomainError `not_found`, `payload_too_large`
   */
  history(from: string | null, to: string): AsyncIterable<{ commit: Commit; changes: PathChange[] }>;

  /**
   * The commit that last changed each path, as `git log -1 COMMIT -- PATH` tells it.
   * @throws DomainError `not_found`, `payload_too_large` after 10 s
   */
  lastChanges(commitOid: string, paths: Iterable<string>): Promise<Map<string, string>>;

  /** Whether `ancestor` is reachable from `descendant`; a commit is its own ancestor. @throws DomainError `not_found` */
  isAncestor(ancestor: string, descendant: string): Promise<boolean>;

  /**
   * Makes a branch at a commit that some ref leads to already.
   * @throws DomainError `invalid_ref`, `already_exists` (or it clashes with `a` against `a/b`), `not_found`
   */
  createBranch(name: string, commitOid: string): Promise<void>;

  /**
   * Moves a branch from one commit to another, in its turn among the saves; false when it was elsewhere by then.
   * @throws DomainError `invalid_ref`, `not_found` when there is no commit `to`
   */
  moveBranch(name: string, from: string, to: string): Promise<boolean>;

  /**
   * @param at deletes it only if this is its tip; false when it is not by then
   * @throws DomainError `invalid_ref`, `not_found`
   */
  deleteBranch(name: string, at?: string): Promise<boolean>;
}
