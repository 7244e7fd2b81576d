import type { FolderReader } from './folder-reader.js';

/** What is at a path: its Git blob oid, null for nothing, and `other` for anything but a regular file of the folder. */
export interface Found {
  oid: string | null;
  /** Changes when the file is written to or replaced. */
  stamp: string;
}

/**
 * The folder that the kernels of a worker work in, as the gateway sees it. A kernel may write into it at any moment.
 * Symbolic links are never followed. Paths are relative and `/`-separated.
 */
export interface WorkerFolder {
  /** How many paths may be worked on at the same time. */
  readonly parallel: number;
  /** @throws Error when the path cannot be read */
  look(path: string): Promise<Found>;
  /**
   * Writes a file where `found` was; readers see all of it or nothing.
   * @returns false when the path has changed since, or one of its parent folders is no folder
   * @throws Error when the file cannot be written
   */
  put(path: string, bytes: Uint8Array, found: Found): Promise<boolean>;
  /**
   * Writes files where nothing is, much faster than one by one. Absent where {@link put} is as fast.
   * @returns the paths that were written; the others are to be written one by one
   * @throws Error when a file cannot be written
   */
  putNew?(files: ReadonlyMap<string, Uint8Array>): Promise<ReadonlySet<string>>;
  /**
   * Removes a folder that contains no file, only folders, e.g. one whose files the gateway removed. Leaves everything
   * else: no file of a kernel is lost.
   */
  removeEmptyFolder(path: string): Promise<void>;
  /** Removes the file that was found. @returns false when the path has changed since */
  remove(path: string, found: Found): Promise<boolean>;
}

/** A {@link WorkerFolder} on another machine, with what reads it. */
export interface RemoteFolder extends WorkerFolder {
  readonly reader: FolderReader;
}
