import type { ComparedFile, GitRepository } from '../../engines/git/git-store.js';
import { type FileKind, fileKind } from '../../notebooks/file-kind.js';

/** What became of a file between two commits. */
export type FileComparisonStatus = 'added' | 'modified' | 'deleted' | 'renamed' | 'unchanged';

/** A file in two commits. */
export interface FileComparison {
  /** The path in the head; in the base where the head does not have the file. */
  path: string;
  /** The path in the base, where the file was renamed. */
  previousPath: string | null;
  status: FileComparisonStatus;
  /** `binary` where one side is. */
  kind: FileKind;
  /** The blob in the base; null for an added file. */
  baseSha: string | null;
  /** The blob in the head; null for a deleted file. */
  headSha: string | null;
  /** Bytes; null for an added file. */
  baseSize: number | null;
  /** Bytes; null for a deleted file. */
  headSize: number | null;
}

/** Describes a file that {@link GitRepository.compare} found, or one that is the same in both commits. */
export async function describeComparison(git: GitRepository, file: ComparedFile): Promise<FileComparison> {
  const { path, before, after, renamedFrom } = file;
  const kind = fileKind(path);
  return {
    path,
    previousPath: renamedFrom ?? null,
    status: statusOf(file),
    kind: kind === 'text' && (await isBinary(git, before, after)) ? 'binary' : kind,
    baseSha: before,
    headSha: after,
    baseSize: before === null ? null : await git.blobSize(before),
    headSize: after === null ? null : await git.blobSize(after),
  };
}

async function isBinary(git: GitRepository, ...shas: (string | null)[]): Promise<boolean> {
  for (const sha of shas) if (sha !== null && (await git.isBinary(sha))) return true;
  return false;
}

function statusOf({ before, after, renamedFrom }: ComparedFile): FileComparisonStatus {
  if (renamedFrom !== undefined) return 'renamed';
  if (before === null) return 'added';
  if (after === null) return 'deleted';
  return before === after ? 'unchanged' : 'modified';
}
