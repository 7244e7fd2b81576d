/** A regular file in the folder of a worker. */
export interface FolderEntry {
  /** Relative, `/`-separated. */
  path: string;
  /** Bytes. */
  size: number;
  /** Changes when the file is written to or replaced. */
  stamp: string;
}

/** The files of a folder, as far as the limits allow. */
export interface FolderListing {
  entries: FolderEntry[];
  /** Whether the folder was too large or too deep, so that files are missing. */
  isTruncated: boolean;
}

/** A file that is open for reading. Close it. */
export interface OpenFile {
  /** Bytes. */
  size: number;
  stamp: string;
  /**
   * The bytes from `start` to before `end`, at most.
   * @throws Error when they cannot be read
   */
  read(start: number, end: number): AsyncIterable<Uint8Array>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** At most so many files are listed. */
export const maxListedFiles = 10_000;
/** Files in deeper folders are not listed. */
export const maxListedDepth = 32;

/**
 * Reads the folder that the kernels of a worker work in. They may change it at any moment. Symbolic links are never
 * followed, and paths that Git would refuse, such as `.git/config`, do not exist here.
 */
export interface FolderReader {
  /** The regular files; those of the upper folders first. @throws what `signal` was aborted with, and Error */
  list(signal: AbortSignal): Promise<FolderListing>;
  /** The regular file at a path; null when there is none. @throws Error */
  stat(path: string): Promise<FolderEntry | null>;
  /** Opens the regular file at a path; null when there is none. @throws Error */
  open(path: string): Promise<OpenFile | null>;
}
