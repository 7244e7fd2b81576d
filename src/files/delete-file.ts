import type { RequestContext } from '../context.js';
import { assertWritablePath } from '../engines/git/file-path.js';
import type { CommitResult } from '../engines/git/git-store.js';
import { checkAll } from '../validation/check-all.js';
import { commitChanges } from './commit-changes.js';
import type { FileServices } from './file-services.js';
import { type FileTarget, loadBranchTarget } from './file-target.js';
import { checkBaseSha } from './save-file.js';

/** Which file to delete. Its versions remain readable. */
export interface DeleteFileInput {
  path: string;
  /** Default the target's branch. */
  branch?: string | null;
  /** The blob that the file must have; default unconditional. */
  baseSha?: string | null;
  /** Default `Delete PATH`. */
  commitMessage?: string | null;
}

/**
 * Deletes a file with one commit. Needs the scope `write` and `can_edit`.
 * @throws DomainError `not_found`, `base_sha_conflict` and what `saveFile` throws
 */
export async function deleteFile(
  services: FileServices,
  ctx: RequestContext,
  spaceSlug: string,
  address: FileTarget,
  input: DeleteFileInput,
): Promise<CommitResult> {
  const target = await loadBranchTarget(services, ctx, spaceSlug, address, input.branch);
  const { baseSha } = await checkAll({
    path: () => assertWritablePath(input.path),
    baseSha: () => checkBaseSha(input.baseSha),
  });
  return commitChanges(services, ctx, target, {
    changes: [{ kind: 'delete', path: input.path, baseSha }],
    message: input.commitMessage?.trim() || `Delete ${input.path}`,
  });
}
