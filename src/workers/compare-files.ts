import { objectHash } from '../engines/git/object-id.js';
import type { FolderEntry, FolderReader, OpenFile } from './folder-reader.js';
import type { Manifest } from './worker-manifest.js';

/** A file in the folder of a worker, compared with what the gateway wrote there from the branch. */
export interface WorkerFile {
  /** Relative, `/`-separated. */
  path: string;
  /** Bytes; null for a deleted file. */
  size: number | null;
  /** The blob oid of its bytes; null for a deleted file, and for an added one, which is not read. */
  sha: string | null;
  /** The blob oid of the branch's file that the gateway wrote; null for an added file. */
  baseSha: string | null;
  status: 'unchanged' | 'modified' | 'added' | 'deleted';
}

/** The files of a worker, sorted by path in byte order. */
export interface WorkerFileList {
  files: WorkerFile[];
  /** Whether the folder has more files than can be listed. */
  isTruncated: boolean;
}

/** What {@link compareFiles} works with. */
export interface FileComparison {
  reader: FolderReader;
  manifest: Manifest;
  /** The oid of a file that was read before, by its path and stamp. */
  known(entry: FolderEntry): string | undefined;
  remember(entry: FolderEntry, oid: string): void;
  signal: AbortSignal;
}

/**
 * Compares the files of a worker with the manifest. Reads those files of the branch that were not read before, or have
 * changed since.
 * @throws what `signal` was aborted with, and Error when the folder cannot be read
 */
export async function compareFiles(comparison: FileComparison): Promise<WorkerFileList> {
  const { reader, manifest, signal } = comparison;
  const { entries, isTruncated } = await reader.list(signal);
  const found = new Map(entries.map((entry) => [entry.path, entry]));
  if (isTruncated) await addOfBranch(found, comparison);
  const files: WorkerFile[] = [];
  for (const entry of found.values()) {
    signal.throwIfAborted();
    const baseSha = manifest.get(entry.path);
    const file = baseSha === undefined ? addedFile(entry) : await knownFile(entry, baseSha, comparison);
    if (file) files.push(file);
  }
  for (const [path, baseSha] of manifest) {
    if (!found.has(path)) files.push({ path, size: null, sha: null, baseSha, status: 'deleted' });
  }
  files.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
  return { files, isTruncated };
}

/** The blob oid of an open file; null when its size changed meanwhile. */
export async function oidOf(file: OpenFile): Promise<string | null> {
  const hash = objectHash('blob', file.size);
  let size = 0;
  for await (const chunk of file.read(0, file.size)) {
    hash.update(chunk);
    size += chunk.length;
  }
  return size === file.size ? hash.digest('hex') : null;
}

/** Adds the files of the branch that a truncated listing left out: they would look deleted. */
async function addOfBranch(
  found: Map<string, FolderEntry>,
  { reader, manifest, signal }: FileComparison,
): Promise<void> {
  for (const path of manifest.keys()) {
    signal.throwIfAborted();
    const entry = found.has(path) ? null : await reader.stat(path);
    if (entry) found.set(path, entry);
  }
}

function addedFile({ path, size }: FolderEntry): WorkerFile {
  return { path, size, sha: null, baseSha: null, status: 'added' };
}

async function knownFile(
  entry: FolderEntry,
  baseSha: string,
  comparison: FileComparison,
): Promise<WorkerFile> {
  const { path, size } = entry;
  const sha = comparison.known(entry) ?? (await readOid(entry, comparison));
  return { path, size, sha, baseSha, status: sha === baseSha ? 'unchanged' : 'modified' };
}

async function readOid(entry: FolderEntry, { reader, remember }: FileComparison): Promise<string | null> {
  const file = await reader.open(entry.path);
  if (!file) return null;
  try {
    const oid = await oidOf(file);
    // Another stamp means that it was written to since it was listed.
    if (oid !== null && file.stamp === entry.stamp) remember(entry, oid);
    return oid;
  } finally {
    await file.close();
  }
}
