import type { RequestContext } from '../context.js';
import { assertReadablePath, assertWritablePath } from '../engines/git/file-path.js';
import type { FileChange } from '../engines/git/git-store.js';
import { fileKind } from '../notebooks/file-kind.js';
import { checkAll } from '../validation/check-all.js';
import { checkBaseSha } from './check-base-sha.js';
import { checkFileKind } from './check-file-kind.js';
import { checkCommitMessage, commitChanges } from './commit-changes.js';
import { describeSavedFile, type SavedFile } from './describe-saved-file.js';
import { readAnyContent } from './file-content.js';
import type { FileServices } from './file-services.js';
import { checkTargetBranch, type FileTarget, loadFileTarget } from './file-target.js';

/** A rename on one branch, of any file. A notebook stays a notebook, and no other file becomes one. */
export interface RenameFileInput {
  path: string;
  newPath: string;
  /** Default the target's branch. */
  branch?: string | null;
  /** The blob that the file must have; default unconditional. */
  baseSha?: string | null;
  /** Default `Rename PATH to NEW_PATH`. */
  commitMessage?: string | null;
}

/**
 * Renames a file with one commit. A notebook keeps its id, links and versions. Needs the scope `write` and `can_edit`.
 * @throws DomainError `not_found`, `file_exists`, `invalid_path`, `base_sha_conflict` and what `saveFile` throws
 */
export async function renameFile(
  services: FileServices,
  ctx: RequestContext,
  spaceSlug: string,
  address: FileTarget,
  input: RenameFileInput,
): Promise<SavedFile> {
  const target = await loadFileTarget(services, ctx, spaceSlug, address, 'edit');
  const { path, newPath } = input;
  const { branch, baseSha, message } = await checkAll({
    ...renameChecks(input),
    branch: () => checkTargetBranch(services, target, input.branch),
    message: () => checkCommitMessage(input.commitMessage, `Rename ${path} to ${newPath}`),
  });
  const onBranch = { ...target, branch };
  const read = async (commitOid: string, at: string) => {
    const file = await target.git.readFile(commitOid, at);
    return file && { oid: file.oid, content: await readAnyContent(services, ctx, newPath, file.bytes) };
  };
  // Before the commit: a notebook that cannot be read now, because too many are, is not renamed.
  const known = await read(await target.git.resolveBranch(branch), path);
  const changes: FileChange[] = [{ kind: 'move', path, newPath, baseSha }];
  const result = await commitChanges(services, ctx, onBranch, { changes, message });
  const { oid } = result.files.find((file) => file.path === newPath)!;
  // Another commit may have changed the file in between.
  const { content } = known?.oid === oid ? known : (await read(result.commitOid, newPath))!;
  return describeSavedFile(services, onBranch, { path: newPath, content, result });
}

/** The checks of a rename's input, for `checkAll`. */
export function renameChecks({
  path,
  newPath,
  baseSha,
}: Pick<RenameFileInput, 'path' | 'newPath' | 'baseSha'>) {
  return {
    path: () => assertReadablePath(path),
    newPath: () => {
      assertWritablePath(newPath, ['newPath']);
      checkFileKind(newPath, fileKind(path), 'newPath');
    },
    baseSha: () => checkBaseSha(baseSha),
  };
}
