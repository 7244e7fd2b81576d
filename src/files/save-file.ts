import type { RequestContext } from '../context.js';
import { assertSavablePath, assertWritablePath } from '../engines/git/file-path.js';
import type { FileChange } from '../engines/git/git-store.js';
import { invalidField } from '../errors.js';
import { checkAll } from '../validation/check-all.js';
import { checkCommitMessage, commitChanges } from './commit-changes.js';
import { describeSavedFile, type SavedFile } from './describe-saved-file.js';
import { type ContentInput, encodeContent, type FileContent } from './file-content.js';
import type { FileServices } from './file-services.js';
import { type BranchTarget, checkTargetBranch, type FileTarget, loadFileTarget } from './file-target.js';

/** A new file. */
export interface CreateFileInput extends ContentInput {
  /** Default the target's branch. */
  branch?: string | null;
  /** Default `Create PATH`; for a save `Update PATH`. */
  commitMessage?: string | null;
}

/** New content for a file. */
export interface SaveFileInput extends CreateFileInput {
  /** The blob that the file must have now, else the save fails; default unconditional. */
  baseSha?: string | null;
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
  return commitFile(services, ctx, { ...target, branch }, { change, content, message });
}

/**
 * Saves a file with one commit. No commit is created when the bytes are unchanged. Needs the scope `write` and `can_edit`.
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
    baseSha: () => checkBaseSha(input.baseSha),
    encoded: () => encodeContent(services, ctx, input, { isNew: false }),
    message: () => checkCommitMessage(input.commitMessage, `Update ${input.path}`),
  });
  const { bytes, content } = encoded;
  const change: FileChange = { kind: 'save', path: input.path, bytes, baseSha };
  return commitFile(services, ctx, { ...target, branch }, { change, content, message });
}

/**
 * Checks the `baseSha` of a request.
 * @throws DomainError `invalid_request` unless it is absent or a full object id
 */
export function checkBaseSha(baseSha: string | null | undefined): string | undefined {
  if (baseSha == null) return undefined;
  if (!/^[0-9a-f]{40}$/.test(baseSha))
    throw invalidField('baseSha', 'must be the 40 hex digits of a blob sha');
  return baseSha;
}

async function commitFile(
  services: FileServices,
  ctx: RequestContext,
  target: BranchTarget,
  write: { change: Extract<FileChange, { bytes: Uint8Array }>; content: FileContent; message: string },
): Promise<SavedFile> {
  const { change, content, message } = write;
  const result = await commitChanges(services, ctx, target, { changes: [change], message });
  return describeSavedFile(services, target, { path: change.path, content, result });
}
