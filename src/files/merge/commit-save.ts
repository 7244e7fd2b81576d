import type { RequestContext } from '../../context.js';
import type { CommitResult, FileChange } from '../../engines/git/git-store.js';
import type { CellConflict } from '../../engines/nbformat/merge/cell-conflict.js';
import { DomainError } from '../../errors.js';
import { commitChanges } from '../commit-changes.js';
import { type FileContent, readContent } from '../file-content.js';
import type { FileServices } from '../file-services.js';
import type { BranchTarget } from '../file-target.js';
import { mergeBlobs } from './merge-blobs.js';

/** A save of one file. */
export interface Save {
  change: Extract<FileChange, { kind: 'save' }>;
  message: string;
  /** Whether the save is merged with what others saved since its base; default false: it is refused. */
  isMerging: boolean;
}

/** A save that was carried out. */
export interface CommittedSave {
  result: CommitResult;
  /** The content that was written where it is not that of the save: the merged file. */
  merged: FileContent | null;
}

/** What {@link commitChanges} says of a conflict. */
interface Conflict {
  path: string;
  branch: string;
  baseSha: string;
  currentSha: string | null;
}

/** A merge that was tried: `bytes` are null where it has conflicts, and undefined where too much work runs to try it. */
interface Tried {
  bytes: Uint8Array | null | undefined;
  conflicts?: readonly CellConflict[];
}

/** A file that others save again and again is not waited for longer. */
const maxAttempts = 10;

/**
 * Commits a save. Where others saved the file since the base of the save, their version and the saved one are merged on demand;
 * the saved one counts as ours. Else the conflict says whether they can be merged.
 * @throws DomainError `base_sha_conflict` with `mergeable` where it could be tried, and for a notebook with `conflicts`;
 *   what {@link commitChanges} throws; for a merge of a large file also `payload_too_large`, `rate_limited`, `overloaded`, and
 *   nothing is written then
 */
export async function commitSave(
  services: FileServices,
  ctx: RequestContext,
  target: BranchTarget,
  { change, message, isMerging }: Save,
): Promise<CommittedSave> {
  let merged: FileContent | null = null;
  let next = change;
  for (let attempt = 1; ; attempt++) {
    try {
      return { result: await commitChanges(services, ctx, target, { changes: [next], message }), merged };
    } catch (error) {
      const conflict = conflictOf(error);
      if (!conflict || change.baseSha === undefined) throw error;
      const at = { ...conflict, baseSha: change.baseSha };
      const found = await mergeWith(services, ctx, target, { change, at, isMerging });
      if (!isMerging || !found.bytes || attempt === maxAttempts) throw conflictError(at, found);
      // Read before it is written: after the commit a failure would be answered for a save that was carried out.
      merged = await readContent(services, ctx, at.path, found.bytes);
      next = { ...change, bytes: found.bytes, baseSha: at.currentSha! };
    }
  }
}

function conflictOf(error: unknown): Conflict | null {
  if (!(error instanceof DomainError) || error.code !== 'base_sha_conflict') return null;
  return error.extra as unknown as Conflict;
}

async function mergeWith(
  services: FileServices,
  ctx: RequestContext,
  { git }: BranchTarget,
  { change, at, isMerging }: { change: Save['change']; at: Conflict; isMerging: boolean },
): Promise<Tried> {
  if (at.currentSha === null) return { bytes: null };
  try {
    const versions = { base: at.baseSha, ours: change.bytes, theirs: at.currentSha };
    return await mergeBlobs(services, ctx, { ...versions, path: at.path, git });
  } catch (error) {
    // The answer is the conflict, also where too much work runs to try a merge.
    if (isMerging || !(error instanceof DomainError)) throw error;
    return { bytes: undefined };
  }
}

function conflictError(at: Conflict, { bytes, conflicts = [] }: Tried): DomainError {
  const mergeable = bytes === undefined ? undefined : bytes !== null;
  const extra = {
    ...at,
    ...(mergeable === undefined ? {} : { mergeable }),
    ...(conflicts.length > 0 ? { conflicts } : {}),
  };
  return new DomainError('base_sha_conflict', messageFor(at, mergeable), { extra });
}

function messageFor({ currentSha }: Conflict, mergeable: boolean | undefined): string {
  if (currentSha === null)
    return 'The file was deleted or moved since it was read; look for it, or commit it under another path.';
  if (mergeable === undefined)
    return 'The file was changed since it was read; read it again and merge, or save it again with merge auto.';
  return mergeable
    ? 'The file was changed since it was read, and an automatic merge is possible; save it again with merge auto.'
    : 'The file was changed since it was read and cannot be merged automatically; read it again and merge.';
}
