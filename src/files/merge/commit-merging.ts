import type { RequestContext } from '../../context.js';
import type { CommitResult, FileChange } from '../../engines/git/git-store.js';
import { DomainError } from '../../errors.js';
import { commitChanges } from '../commit-changes.js';
import type { FileServices } from '../file-services.js';
import type { BranchTarget } from '../file-target.js';
import { type SaveConflict, saveConflictError } from './save-conflict.js';
import { type MergeableChange, type MergedSave, SaveMerges } from './save-merges.js';

/** The input of {@link commitMerging}. */
export interface MergingCommit {
  changes: readonly MergeableChange[];
  message: string;
  /**
   * Called with the merged saves before they are written, each time they were merged: with none where the branch has the bases
   * again. What it throws refuses the commit.
   */
  beforeWrite?(merged: readonly MergedSave[]): Promise<void>;
}

/** A commit that was carried out. */
export interface CommittedMerge {
  result: CommitResult;
  /** The saves that were merged, in the order of the changes. */
  merged: readonly MergedSave[];
}

/** Files that others save again and again are not waited for longer. */
const maxAttempts = 10;

/**
 * Commits changes. Where others saved a file since the base of a save, their version and the saved one are merged on demand; the
 * saved one counts as ours. Else the conflict says whether they can be merged. All changes are written, or none.
 * @throws DomainError `base_sha_conflict`, of a save with `mergeable` where it could be tried, and for a notebook with
 *   `conflicts`; what {@link commitChanges} throws; for merges of large files also `payload_too_large`, `rate_limited`,
 *   `overloaded`, and nothing is written then
 */
export async function commitMerging(
  services: FileServices,
  ctx: RequestContext,
  target: BranchTarget,
  { changes, message, beforeWrite }: MergingCommit,
): Promise<CommittedMerge> {
  const merges = new SaveMerges(services, ctx, target, changes);
  for (let attempt = 1; ; attempt++) {
    const next = merges.changes();
    try {
      const result = await commitChanges(services, ctx, target, { changes: next, message });
      return { result, merged: merges.merged() };
    } catch (error) {
      const conflict = conflictOf(error);
      const at = conflict ? next.findIndex((change) => isRefused(change, conflict)) : -1;
      const { change, isMerging = false } = changes[at] ?? {};
      if (!conflict || change?.kind !== 'save') throw error;
      const mayMerge = isMerging && attempt < maxAttempts;
      if (mayMerge) await merges.mergeAll();
      if (!mayMerge || !merges.isReady(at)) {
        const own = { ...conflict, baseSha: change.baseSha! };
        throw saveConflictError(own, await merges.attempt(change, conflict.currentSha));
      }
      await beforeWrite?.(merges.merged());
    }
  }
}

function conflictOf(error: unknown): SaveConflict | null {
  if (!(error instanceof DomainError) || error.code !== 'base_sha_conflict') return null;
  return error.extra as unknown as SaveConflict;
}

function isRefused(change: FileChange, { path, baseSha }: SaveConflict): boolean {
  return change.kind !== 'create' && change.path === path && change.baseSha === baseSha;
}
