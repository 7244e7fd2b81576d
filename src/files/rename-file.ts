import type { RequestContext } from '../context.js';
import { DomainError } from '../errors.js';
import { assertWritablePath } from '../git/path.js';
import { checkBranchName } from '../repositories/check-ref.js';
import { commitChanges } from './commit-changes.js';
import { parseContent } from './file-content.js';
import { fileKind } from './file-kind.js';
import { type FileTarget, type LoadedTarget, loadFileTarget } from './file-target.js';
import { checkBaseSha } from './save-file.js';
import { type SavedFile, writtenFile } from './written-file.js';

/** A rename on one branch; the kind of the file stays. */
export interface RenameFileInput {
  path: string;
  newPath: string;
  branch?: string | null;
  baseSha?: string | null;
  /** Default `Rename A to B`. */
  commitMessage?: string | null;
}

/**
 * Renames a file with one commit; its notebook id, links and versions follow. Needs the scope `write` and `can_edit`.
 * @throws DomainError `not_found`, `file_exists`, `invalid_path`, `base_sha_conflict`, `unreadable_file` and what a save throws
 */
export async function renameFile(
  ctx: RequestContext,
  spaceSlug: string,
  address: FileTarget,
  input: RenameFileInput,
): Promise<SavedFile> {
  const target = await loadFileTarget(ctx, spaceSlug, address, 'edit');
  const { path, newPath } = input;
  assertWritablePath(path);
  const loc = ['body', 'new_path'];
  assertWritablePath(newPath, loc);
  if (fileKind(path) !== fileKind(newPath)) {
    const msg = fileKind(path) === 'notebook' ? 'must end in .ipynb' : 'must not end in .ipynb';
    throw new DomainError('invalid_path', `new_path: ${msg}`, {
      fields: [{ loc, msg, type: 'kind_mismatch' }],
    });
  }
  const branch = checkBranchName(input.branch ?? target.defaultBranch);
  await assertReadable(target, branch, path);
  const result = await commitChanges(ctx, target, {
    branch,
    changes: [{ kind: 'move', path, newPath, baseSha: checkBaseSha(input.baseSha) }],
    message: input.commitMessage?.trim() || `Rename ${path} to ${newPath}`,
  });
  const moved = (await target.git.readFile(result.commitOid, newPath))!;
  const content = parseContent(newPath, moved.bytes);
  return writtenFile(ctx, target, { branch, path: newPath, content, result });
}

/** Before the commit, because the answer holds the content. @throws DomainError `unreadable_file` */
async function assertReadable(target: LoadedTarget, branch: string, path: string): Promise<void> {
  const file = await target.git.readFile(await target.git.resolveBranch(branch), path);
  if (file) parseContent(path, file.bytes);
}
