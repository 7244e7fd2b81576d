/** The regular files below a tree, by path in byte order. Listings are cached and shared, so they must not be changed. */
export interface FileListing {
  files: readonly ListedFile[];
  /** About how much memory it takes. */
  bytes: number;
}

/** One regular file; `oid` is its blob. */
export interface ListedFile {
  path: string;
  oid: string;
  /** Absent where it is not. */
  isExecutable?: true;
}
