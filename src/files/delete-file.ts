import type { RequestContext } from '../context.js';
import { assertReadablePath } from '../engines/git/file-path.js';
import type { CommitResult } from '../engines/git/git-store.js';
import { checkAll } from '../validation/check-all.js';
import { checkBaseSha } from './check-base-sha.js';
import { checkCommitMessage, commitChanges } from './commit-changes.js';
import type { FileServices } from './file-services.js';
import { checkTargetBranch, type FileTarget, loadFileTarget } from './file-target.js';

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
  const target = await loadFileTarget(services, ctx, spaceSlug, address, 'edit');
  const { branch, baseSha, message } = await checkAll({
    path: () => assertReadablePath(input.path),
    branch: () => checkTargetBranch(services, target, input.branch),
    baseSha: () => checkBaseSha(input.baseSha),
    message: () => checkCommitMessage(input.commitMessage, `Delete ${input.path}`),
  });
  return commitChanges(
    services,
    ctx,
    { ...target, branch },
    {
      changes: [{ kind: 'delete', path: input.path, baseSha }],
      message,
    },
  );
}
