import type { RequestContext } from '../context.js';
import { assertSavablePath } from '../engines/git/file-path.js';
import { checkAll } from '../validation/check-all.js';
import { checkCommitMessage } from './commit-changes.js';
import type { CreateFileInput } from './create-file.js';
import { describeSavedFile, type SavedFile } from './describe-saved-file.js';
import { encodeContent, type FileContent, readContent } from './file-content.js';
import type { FileServices } from './file-services.js';
import { checkTargetBranch, type FileTarget, loadFileTarget } from './file-target.js';
import { checkMergeBase } from './merge/check-merge-base.js';
import { commitMerging } from './merge/commit-merging.js';

/** New content for a file. */
export interface SaveFileInput extends CreateFileInput {
  /** The blob that the file must have now, else the save fails; default unconditional. */
  baseSha?: string | null;
  /** `auto` merges the content with what others saved since `baseSha`; default the save fails. */
  merge?: 'auto' | null;
}

/**
 * Saves a file with one commit. No commit is created when the bytes are unchanged. Needs the scope `write` and `can_edit`.
 * Where others saved the file since `baseSha`, see {@link commitMerging}.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `workspace_archived`, `branch_protected`,
 *   `invalid_request`, `invalid_path`, `invalid_ref`, `invalid_notebook`, `base_sha_conflict`, `storage_unavailable`
 */
export async function saveFile(
  services: FileServices,
  ctx: RequestContext,
  spaceSlug: string,
  address: FileTarget,
  input: SaveFileInput,
): Promise<SavedFile> {
  const target = await loadFileTarget(services, ctx, spaceSlug, address, 'edit');
  const { branch, baseSha, encoded, message } = await checkAll({
    path: () => assertSavablePath(input.path),
    branch: () => checkTargetBranch(services, target, input.branch),
    baseSha: () => checkMergeBase(input),
    encoded: () => encodeContent(services, ctx, input, { isNew: false }),
    message: () => checkCommitMessage(input.commitMessage, `Update ${input.path}`),
  });
  const { bytes, content } = encoded;
  const { path } = input;
  const onBranch = { ...target, branch };
  const change = { kind: 'save', path, bytes, baseSha } as const;
  let merged: FileContent | null = null;
  const { result } = await commitMerging(services, ctx, onBranch, {
    changes: [{ change, isMerging: input.merge === 'auto' }],
    message,
    // After the commit a failure would be answered for a save that was carried out.
    beforeWrite: async ([save]) => {
      merged = save ? await readContent(services, ctx, path, save.bytes) : null;
    },
  });
  const saved = await describeSavedFile(services, onBranch, { path, content: merged ?? content, result });
  return { ...saved, isMerged: merged !== null };
}
