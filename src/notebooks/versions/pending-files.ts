/** A file of a branch in the index. */
export interface FileState {
  documentId: string | null;
  blobOid: string;
  lastCommitOid: string;
  updatedAt: Date;
}

/** Beyond so many files at a path each, the unchanged ones are read again when they are needed. */
const maxKept = 10_000;

/**
 * The files of a branch while commits are imported: those that the import has read, and those that it has changed and that
 * the index has yet to show. Several steps of a long import share it, so that a file which many commits change is not
 * read and written by each step.
 */
export class PendingFiles {
  /** By path; null where the branch has no file. */
  readonly #files = new Map<string, FileState | null>();
  readonly #changed = new Set<string>();

  /** The paths whose files are yet to be read from the index. */
  unread(paths: readonly string[]): string[] {
    return paths.filter((path) => !this.#files.has(path));
  }

  /** Whether the file at a path was read or changed: then the index may be out of date. */
  has(path: string): boolean {
    return this.#files.has(path);
  }

  /** The file at a path that was read or changed; null when there is none. */
  get(path: string): FileState | null {
    return this.#files.get(path) ?? null;
  }

  /** Adds what the index has at a path. */
  read(path: string, file: FileState | null): void {
    this.#files.set(path, file);
  }

  /** Changes a file; null deletes it. */
  change(path: string, file: FileState | null): void {
    this.#files.set(path, file);
    this.#changed.add(path);
  }

  /** How many files are to be written. */
  get changes(): number {
    return this.#changed.size;
  }

  /** The paths of the files to be written. */
  changedPaths(): string[] {
    return [...this.#changed];
  }

  /** The paths of those files that have one of some ids. */
  pathsOf(documentIds: ReadonlySet<string>): { path: string; documentId: string }[] {
    return [...this.#files].flatMap(([path, file]) =>
      file?.documentId && documentIds.has(file.documentId) ? [{ path, documentId: file.documentId }] : [],
    );
  }

  /** Says that the changed files were written. */
  written(): void {
    this.#changed.clear();
    if (this.#files.size > maxKept) this.#files.clear();
  }
}
