import type { RequestContext } from '../context.js';
import { assertWritablePath } from '../engines/git/file-path.js';
import { fileKind } from '../notebooks/file-kind.js';
import { checkFileKind } from './check-file-kind.js';
import { commitChanges } from './commit-changes.js';
import { describeSavedFile, type SavedFile } from './describe-saved-file.js';
import { type FileContent, parseContent } from './file-content.js';
import type { FileServices } from './file-services.js';
import { type FileTarget, loadBranchTarget } from './file-target.js';
import { checkBaseSha } from './save-file.js';

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
  services: FileServices,
  ctx: RequestContext,
  spaceSlug: string,
  address: FileTarget,
  input: RenameFileInput,
): Promise<SavedFile> {
  const target = await loadBranchTarget(services, ctx, spaceSlug, address, input.branch);
  const { path, newPath } = input;
  assertWritablePath(path);
  assertWritablePath(newPath, ['newPath']);
  checkFileKind(newPath, fileKind(path), 'newPath');
  let content!: FileContent;
  const result = await commitChanges(services, ctx, target, {
    changes: [
      {
        kind: 'move',
        path,
        newPath,
        baseSha: checkBaseSha(input.baseSha),
        // Before the commit, because the answer holds it.
        check: (bytes) => {
          content = parseContent(path, bytes);
        },
      },
    ],
    message: input.commitMessage?.trim() || `Rename ${path} to ${newPath}`,
  });
  return describeSavedFile(services, target, { path: newPath, content, result });
}
