import type { RequestContext } from '../../context.js';
import type { GitRepository } from '../../engines/git/git-store.js';
import { isQuickToCompare } from '../../engines/nbformat/compare/is-quick-to-compare.js';
import { type MergedBytes, mergeFiles } from '../../engines/nbformat/merge/merge-files.js';
import type { Three } from '../../engines/nbformat/merge/merge-json.js';
import { DomainError } from '../../errors.js';
import { isNotebookPath } from '../../notebooks/file-kind.js';
import type { FileServices } from '../file-services.js';

/** A version of a file: its bytes, or its blob. */
export type FileVersionSource = Uint8Array | string;

const mib = 1024 * 1024;
/** Of the three versions together. */
const maxBytes = { notebook: 96 * mib, text: 24 * mib };
/** With these, a version cannot be merged, and the file has to be merged by hand. */
const unmergeable = new Set(['not_found', 'unreadable_file', 'payload_too_large', 'invalid_notebook']);
/** A larger file could not be saved either. */
const maxMergedBytes = 64 * mib;
const notMerged: MergedBytes = { bytes: null, conflicts: [] };

/**
 * Merges three versions of a file: a notebook by its cells, a text by its lines.
 * @returns without bytes where both sides changed the same, and where a version or the merged file is too large, or a version
 *   is unreadable, gone or no text
 * @throws DomainError `rate_limited`, `overloaded`, `storage_unavailable`
 */
export async function mergeBlobs(
  { notebookThreads }: Pick<FileServices, 'notebookThreads'>,
  { actor }: RequestContext,
  file: Three<FileVersionSource> & { path: string; git: GitRepository },
): Promise<MergedBytes> {
  const isNotebook = isNotebookPath(file.path);
  try {
    if ((await sizeOf(file)) > maxBytes[isNotebook ? 'notebook' : 'text']) return notMerged;
    const three = await readVersions(file);
    const merged = isQuickToCompare(Object.values(three), isNotebook)
      ? mergeFiles(three, isNotebook)
      : await notebookThreads.mergeFiles(actor.userId, three, isNotebook);
    return (merged.bytes?.length ?? 0) > maxMergedBytes ? notMerged : merged;
  } catch (error) {
    if (!(error instanceof DomainError) || !unmergeable.has(error.code)) throw error;
    return notMerged;
  }
}

async function sizeOf({ git, base, ours, theirs }: Three<FileVersionSource> & { git: GitRepository }) {
  let size = 0;
  for (const version of [base, ours, theirs])
    size += typeof version === 'string' ? await git.blobSize(version) : version.length;
  return size;
}

async function readVersions({
  git,
  base,
  ours,
  theirs,
}: Three<FileVersionSource> & { git: GitRepository }): Promise<Three<Uint8Array>> {
  const read = (version: FileVersionSource) =>
    typeof version === 'string' ? git.readBlob(version) : version;
  return { base: await read(base), ours: await read(ours), theirs: await read(theirs) };
}
