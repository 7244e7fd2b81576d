import type { FolderReader } from './folder-reader.js';

/** What is at a path: its Git blob oid, null for nothing, and `other` for anything but a regular file of the folder. */
export interface Found {
  oid: string | null;
  /** Changes when the file is written to or replaced. */
  stamp: string;
}

/** A change of the file at a path. */
export interface FileChange {
  /** The oid of the blob that the file must have; null where nothing may be. */
  before: string | null;
  /** What the file is to have; null to remove it. */
  bytes: Uint8Array | null;
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
   * Changes files, much faster than one by one; readers see all of a file that was there, or all of the new one. Absent
   * where {@link put} is as fast.
   * @param changes by their paths
   * @returns the paths that were changed; the others are to be changed one by one
   * @throws Error when a file cannot be written
   */
  changeMany?(changes: ReadonlyMap<string, FileChange>): Promise<ReadonlySet<string>>;
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
