import type { RequestContext } from '../context.js';
import { assertWritablePath } from '../engines/git/file-path.js';
import type { FileChange } from '../engines/git/git-store.js';
import { checkAll } from '../validation/check-all.js';
import { checkCommitMessage, commitChanges } from './commit-changes.js';
import { describeSavedFile, type SavedFile } from './describe-saved-file.js';
import { type ContentInput, encodeContent } from './file-content.js';
import type { FileServices } from './file-services.js';
import { checkTargetBranch, type FileTarget, loadFileTarget } from './file-target.js';

/** A new file. */
export interface CreateFileInput extends ContentInput {
  /** Default the target's branch. */
  branch?: string | null;
  /** Default `Create PATH`; for a save `Update PATH`. */
  commitMessage?: string | null;
}

/**
 * Creates a file with one commit. Needs the scope `write` and `can_edit`.
 * @throws DomainError `file_exists` and what {@link saveFile} throws
 */
export async function createFile(
  services: FileServices,
  ctx: RequestContext,
  spaceSlug: string,
  address: FileTarget,
  input: CreateFileInput,
): Promise<SavedFile> {
  const target = await loadFileTarget(services, ctx, spaceSlug, address, 'edit');
  const { branch, encoded, message } = await checkAll({
    path: () => assertWritablePath(input.path),
    branch: () => checkTargetBranch(services, target, input.branch),
    encoded: () => encodeContent(services, ctx, input, { isNew: true }),
    message: () => checkCommitMessage(input.commitMessage, `Create ${input.path}`),
  });
  const { bytes, content } = encoded;
  const change: FileChange = { kind: 'create', path: input.path, bytes };
  const onBranch = { ...target, branch };
  const result = await commitChanges(services, ctx, onBranch, { changes: [change], message });
  return describeSavedFile(services, onBranch, { path: input.path, content, result });
}
