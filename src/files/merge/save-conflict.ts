import type { CellConflict } from '../../engines/nbformat/merge/cell-conflict.js';
import { DomainError } from '../../errors.js';

/** What a commit says of a save whose base is not the blob of the branch. */
export interface SaveConflict {
  path: string;
  branch: string;
  baseSha: string;
  /** Null where the branch has no such file. */
  currentSha: string | null;
}

/** A merge that was tried: `bytes` are null where it has conflicts, and undefined where too much work runs to try it. */
export interface TriedMerge {
  bytes: Uint8Array | null | undefined;
  conflicts?: readonly CellConflict[];
}

/** The `base_sha_conflict` of a save, with `mergeable` where a merge was tried, and the `conflicts` of a notebook. */
export function saveConflictError(at: SaveConflict, { bytes, conflicts = [] }: TriedMerge): DomainError {
  const mergeable = bytes === undefined ? undefined : bytes !== null;
  const extra = {
    ...at,
    ...(mergeable === undefined ? {} : { mergeable }),
    ...(conflicts.length > 0 ? { conflicts } : {}),
  };
  return new DomainError('base_sha_conflict', messageFor(at, mergeable), { extra });
}

function messageFor({ currentSha }: SaveConflict, mergeable: boolean | undefined): string {
  if (currentSha === null)
    return 'The file was deleted or moved since it was read; look for it, or commit it under another path.';
  if (mergeable === undefined)
    return 'The file was changed since it was read; read it again and merge, or save it again with merge auto.';
  return mergeable
    ? 'The file was changed since it was read, and an automatic merge is possible; save it again with merge auto.'
    : 'The file was changed since it was read and cannot be merged automatically; read it again and merge.';
}
