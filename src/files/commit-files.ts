import type { RequestContext } from '../context.js';
import { assertReadablePath, assertSavablePath, assertWritablePath } from '../engines/git/file-path.js';
import type { CommitResult } from '../engines/git/git-store.js';
import { invalidField } from '../errors.js';
import { checkAll, checkEach } from '../validation/check-all.js';
import { faultsBelow } from '../validation/faults-below.js';
import { checkBaseSha } from './check-base-sha.js';
import { checkCommitMessage } from './commit-changes.js';
import { type ContentInput, encodeBytes } from './file-content.js';
import type { FileServices } from './file-services.js';
import { checkTargetBranch, type FileTarget, loadFileTarget } from './file-target.js';
import { checkMergeBase } from './merge/check-merge-base.js';
import { commitMerging } from './merge/commit-merging.js';
import type { MergeableChange, MergedSave } from './merge/save-merges.js';
import { renameChecks } from './rename-file.js';

/** One of several changes. Exactly one member is set. */
export interface FileChangeInput {
  create?: ContentInput | null;
  save?: (ContentInput & { baseSha?: string | null; merge?: 'auto' | null }) | null;
  delete?: { path: string; baseSha?: string | null } | null;
  rename?: { path: string; newPath: string; baseSha?: string | null } | null;
}

/** Several changes for one commit. If one is refused, none is written. */
export interface CommitFilesInput {
  /** Default the target's branch. */
  branch?: string | null;
  changes: FileChangeInput[];
  commitMessage: string;
}

/** What a commit of several changes wrote. */
export interface CommittedFiles extends CommitResult {
  /** The saves that were merged with what others saved meanwhile, in the order of the changes. */
  mergedFiles: readonly Omit<MergedSave, 'bytes'>[];
}

/** So many changes a commit has at most. */
export const maxChanges = 500;

/**
 * Commits several file changes as one commit. They are applied in order, each to the result of the previous ones. Needs the
 * scope `write` and `can_edit`. Where others saved a file since the base of a save, see {@link commitMerging}.
 * @throws DomainError what the command for each single change throws. The path of a fault begins with `changes`, the index
 *   and the member, e.g. `["changes", 3, "create", "path"]`
 */
export async function commitFiles(
  services: FileServices,
  ctx: RequestContext,
  spaceSlug: string,
  address: FileTarget,
  input: CommitFilesInput,
): Promise<CommittedFiles> {
  const target = await loadFileTarget(services, ctx, spaceSlug, address, 'edit');
  const { branch, changes, message } = await checkAll({
    branch: () => checkTargetBranch(services, target, input.branch),
    changes: () => checkChanges(services, ctx, input.changes),
    message: () => checkCommitMessage(input.commitMessage, `Change ${input.changes.length} files`),
  });
  const { result, merged } = await commitMerging(services, ctx, { ...target, branch }, { changes, message });
  return { ...result, mergedFiles: merged };
}

/** Checks the number of changes. @throws FieldError `invalid_request` for none, and for more than 500 */
export function checkChangeCount({ length }: { length: number }): void {
  if (length === 0) throw invalidField('changes', 'must not be empty', 'too_short');
  if (length > maxChanges) throw invalidField('changes', `must have at most ${maxChanges} items`, 'too_long');
}

async function checkChanges(
  services: FileServices,
  ctx: RequestContext,
  changes: FileChangeInput[],
): Promise<MergeableChange[]> {
  checkChangeCount(changes);
  return checkEach(changes, async (change, index) => {
    const member = (['create', 'save', 'rename', 'delete'] as const).find((name) => change[name]) ?? 'delete';
    const at = ['changes', index, member];
    const checked = await faultsBelow(at, () => toChange(services, ctx, change));
    return { change: { ...checked, at }, isMerging: change.save?.merge === 'auto' };
  });
}

async function toChange(
  services: FileServices,
  ctx: RequestContext,
  input: FileChangeInput,
): Promise<MergeableChange['change']> {
  if (input.create) {
    const { create } = input;
    const { bytes } = await checkAll({
      path: () => assertWritablePath(create.path),
      bytes: () => encodeBytes(services, ctx, create, { isNew: true }),
    });
    return { kind: 'create', path: create.path, bytes };
  }
  if (input.save) {
    const { save } = input;
    const { baseSha, bytes } = await checkAll({
      path: () => assertSavablePath(save.path),
      baseSha: () => checkMergeBase(save),
      bytes: () => encodeBytes(services, ctx, save),
    });
    return { kind: 'save', path: save.path, bytes, baseSha };
  }
  if (input.rename) {
    const { path, newPath } = input.rename;
    const { baseSha } = await checkAll(renameChecks(input.rename));
    return { kind: 'move', path, newPath, baseSha };
  }
  const { path, baseSha: given } = input.delete!;
  const { baseSha } = await checkAll({
    path: () => assertReadablePath(path),
    baseSha: () => checkBaseSha(given),
  });
  return { kind: 'delete', path, baseSha };
}
