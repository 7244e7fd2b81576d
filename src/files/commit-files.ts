import type { RequestContext } from '../context.js';
import { assertWritablePath } from '../engines/git/file-path.js';
import type { CommitResult, FileChange } from '../engines/git/git-store.js';
import { FieldError, type FieldFault, invalidField } from '../errors.js';
import { fileKind } from '../notebooks/file-kind.js';
import { checkEach } from '../validation/check-all.js';
import { checkFileKind } from './check-file-kind.js';
import { commitChanges } from './commit-changes.js';
import { type ContentInput, encodeContent } from './file-content.js';
import type { FileServices } from './file-services.js';
import { type FileTarget, loadBranchTarget } from './file-target.js';
import { checkBaseSha } from './save-file.js';

/** One change of several; exactly one member is set. */
export interface FileChangeInput {
  create?: ContentInput | null;
  save?: (ContentInput & { baseSha?: string | null }) | null;
  delete?: { path: string; baseSha?: string | null } | null;
  rename?: { path: string; newPath: string; baseSha?: string | null } | null;
}

/** Several changes as one commit: all or none. */
export interface CommitFilesInput {
  branch?: string | null;
  changes: FileChangeInput[];
  commitMessage: string;
}

const mostChanges = 500;

/**
 * Applies several file changes as one commit, in order, each to the outcome of those before it. Needs the scope
 * `write` and `can_edit`.
 * @throws DomainError what each of the changes throws alone; the path of a fault begins with `changes`, the index and
 *   the member, e.g. `["changes", 3, "create", "path"]`
 */
export async function commitFiles(
  services: FileServices,
  ctx: RequestContext,
  spaceSlug: string,
  address: FileTarget,
  input: CommitFilesInput,
): Promise<CommitResult> {
  const target = await loadBranchTarget(services, ctx, spaceSlug, address, input.branch);
  const { length } = input.changes;
  if (length === 0) throw invalidField('changes', 'must not be empty', 'too_short');
  if (length > mostChanges)
    throw invalidField('changes', `must have at most ${mostChanges} items`, 'too_long');
  return commitChanges(services, ctx, target, {
    changes: await checkEach(input.changes, checkChange),
    message: input.commitMessage.trim() || `Change ${length} files`,
  });
}

function toChange(input: FileChangeInput): FileChange {
  if (input.create) {
    assertWritablePath(input.create.path);
    const { bytes } = encodeContent(input.create, { isNew: true });
    return { kind: 'create', path: input.create.path, bytes };
  }
  if (input.save) {
    const { path } = input.save;
    assertWritablePath(path);
    const { bytes } = encodeContent(input.save, { isNew: false });
    return { kind: 'save', path, bytes, baseSha: checkBaseSha(input.save.baseSha) };
  }
  if (input.rename) {
    const { path, newPath } = input.rename;
    assertWritablePath(path);
    assertWritablePath(newPath, ['newPath']);
    checkFileKind(newPath, fileKind(path), 'newPath');
    return { kind: 'move', path, newPath, baseSha: checkBaseSha(input.rename.baseSha) };
  }
  const { path, baseSha } = input.delete!;
  assertWritablePath(path);
  return { kind: 'delete', path, baseSha: checkBaseSha(baseSha) };
}

/** Checks one change; the paths of its faults are those of the whole input. */
function checkChange(input: FileChangeInput, index: number): FileChange {
  try {
    return toChange(input);
  } catch (error) {
    if (!(error instanceof FieldError)) throw error;
    const member = (['create', 'save', 'rename', 'delete'] as const).find((name) => input[name]) ?? 'delete';
    const [first, ...more] = error.faults;
    const whole = (fault: FieldFault) => ({ ...fault, path: ['changes', index, member, ...fault.path] });
    throw new FieldError(error.code, [whole(first), ...more.map(whole)]);
  }
}
