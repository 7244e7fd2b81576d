import { randomUUID } from 'node:crypto';
import type { Commit, GitRepository, PathChange } from '../../engines/git/git-store.js';
import { yieldToEventLoop } from '../../paging/yield-to-event-loop.js';
import { isNotebookPath } from '../file-kind.js';
import { blobAt } from './blob-at.js';
import type { CommitChanges } from './commit-changes.js';
import type { KnownDocuments } from './known-documents.js';
import { movedPaths } from './moved-paths.js';
import type { FileState } from './pending-files.js';

/**
 * The files of a branch while commits are applied to it one by one; it chooses the id of each notebook.
 *
 * A notebook keeps its id as long as its path stays on the branch and no commit records a rename from it or to it. For
 * another path the id is the first of these that exists:
 * 1. the id that another branch gave to this path in the same commit (shared history);
 * 2. the id of the file that it was renamed from, when the commit records that;
 * 3. the id that the path had on its side of a merge, when the other side renamed the file;
 * 4. the id of the file that it was renamed from, as guessed;
 * 5. the id of this path on the default branch;
 * 6. the id that this path had before on this branch;
 * 7. a new id.
 *
 * Between the two sides of a merge, two files may have the same id; `keepIdsApart` corrects that after the import. A version of
 * a merged commit may be that of another notebook than the branch has at its path; see `mergedVersionId`.
 */
export class BranchFiles {
  /** The ids that did not exist before. */
  readonly newDocuments = new Set<string>();
  readonly #git: GitRepository;
  readonly #known: KnownDocuments;
  readonly #files: Map<string, FileState>;
  /** The last id of each path that had one. */
  readonly #lastIds: Map<string, string>;
  /** How many files have an id. */
  readonly #uses = new Map<string, number>();

  /** @param known the index before the first commit */
  constructor(git: GitRepository, known: KnownDocuments) {
    this.#git = git;
    this.#known = known;
    this.#files = new Map(known.current);
    this.#lastIds = new Map(known.before);
    for (const id of known.usedElsewhere) this.#count(id, 1);
    for (const { documentId } of this.#files.values()) if (documentId) this.#count(documentId, 1);
  }

  /** The file at a path after the commits applied so far; undefined when there is none. */
  get(path: string): FileState | undefined {
    return this.#files.get(path);
  }

  /** Applies the next commit. */
  async apply({ commit, changes }: CommitChanges): Promise<void> {
    const isRecorded = commit.renames !== null;
    const released = this.#release(changes, isRecorded ? movedPaths(changes) : new Set());
    // Renamed files come first, so that no other file gets an id that one of them keeps.
    for (const change of changes.toSorted((a, b) => Number(isMoved(b)) - Number(isMoved(a)))) {
      if (change.oid === null) continue;
      const pause = yieldToEventLoop();
      if (pause) await pause;
      this.#files.set(change.path, {
        documentId: await this.#documentId(commit, change, released),
        blobOid: change.oid,
        lastCommitOid: commit.oid,
        updatedAt: commit.committer.date,
      });
    }
  }

  /**
   * Removes the deleted files and those at the given paths.
   * @returns their ids, by path: a file that was renamed takes its id from here
   */
  #release(changes: PathChange[], moved: ReadonlySet<string>): Map<string, string> {
    const released = new Map<string, string>();
    for (const { path, oid } of changes) {
      const file = oid === null || moved.has(path) ? this.#files.get(path) : undefined;
      if (!file) continue;
      this.#files.delete(path);
      if (!file.documentId) continue;
      released.set(path, file.documentId);
      this.#lastIds.set(path, file.documentId);
      this.#count(file.documentId, -1);
    }
    return released;
  }

  async #documentId(
    commit: Commit,
    change: PathChange,
    released: Map<string, string>,
  ): Promise<string | null> {
    const current = this.#files.get(change.path)?.documentId ?? null;
    if (current || !isNotebookPath(change.path)) return current;
    let documentId = await this.#existingId(commit, change, released);
    if (!documentId) {
      documentId = randomUUID();
      this.newDocuments.add(documentId);
    }
    this.#count(documentId, 1);
    return documentId;
  }

  async #existingId(
    commit: Commit,
    { path, renamedFrom }: PathChange,
    released: Map<string, string>,
  ): Promise<string | undefined> {
    const lastId = this.#lastIds.get(path);
    const sharedId = this.#unused(this.#known.byCommit.get(`${commit.oid}:${path}`));
    if (sharedId) return sharedId;
    const renamedId =
      renamedFrom === undefined ? undefined : (released.get(renamedFrom) ?? this.#lastIds.get(renamedFrom));
    if (renamedId !== undefined && commit.renames !== null) return renamedId;
    const isReleased = released.has(path);
    if (lastId !== undefined && !isReleased && (await this.#isInParent(commit, path))) return lastId;
    return renamedId ?? this.#unused(this.#known.onDefaultBranch.get(path)) ?? this.#unused(lastId);
  }

  async #isInParent(commit: Commit, path: string): Promise<boolean> {
    for (const parent of commit.parents) {
      if ((await blobAt(this.#git, parent, path)) !== null) return true;
    }
    return false;
  }

  #unused(id: string | undefined): string | undefined {
    return id !== undefined && !this.#uses.get(id) ? id : undefined;
  }

  #count(id: string, by: 1 | -1): void {
    this.#uses.set(id, (this.#uses.get(id) ?? 0) + by);
  }
}

function isMoved({ renamedFrom }: PathChange): boolean {
  return renamedFrom !== undefined;
}
