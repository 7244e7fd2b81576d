import type { RequestContext } from '../context.js';
import { assertWritablePath } from '../engines/git/file-path.js';
import type { FileChange } from '../engines/git/git-store.js';
import { invalidField } from '../errors.js';
import { commitChanges } from './commit-changes.js';
import { describeSavedFile, type SavedFile } from './describe-saved-file.js';
import { type ContentInput, encodeContent, type FileContent } from './file-content.js';
import type { FileServices } from './file-services.js';
import { type BranchTarget, type FileTarget, loadBranchTarget } from './file-target.js';

/** A new file; `branch` defaults to the target's. */
export interface CreateFileInput extends ContentInput {
  branch?: string | null;
  /** Default `Create PATH`, or `Update PATH` for a save. */
  commitMessage?: string | null;
}

/** A save; with `baseSha` only if the branch still has that blob at the path. */
export interface SaveFileInput extends CreateFileInput {
  baseSha?: string | null;
}

/**
 * Makes a new file with one commit. Needs the scope `write` and `can_edit`.
 * @throws DomainError `file_exists` and what {@link saveFile} throws
 */
export async function createFile(
  services: FileServices,
  ctx: RequestContext,
  spaceSlug: string,
  address: FileTarget,
  input: CreateFileInput,
): Promise<SavedFile> {
  const target = await loadBranchTarget(services, ctx, spaceSlug, address, input.branch);
  assertWritablePath(input.path);
  const { bytes, content } = encodeContent(input, { isNew: true });
  const message = input.commitMessage?.trim() || `Create ${input.path}`;
  const change: FileChange = { kind: 'create', path: input.path, bytes };
  return put(services, ctx, target, { change, content, message });
}

/**
 * Saves a file with one commit; the same bytes again make none. Needs the scope `write` and `can_edit`.
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
  const target = await loadBranchTarget(services, ctx, spaceSlug, address, input.branch);
  assertWritablePath(input.path);
  const baseSha = checkBaseSha(input.baseSha);
  const { bytes, content } = encodeContent(input, { isNew: false });
  const message = input.commitMessage?.trim() || `Update ${input.path}`;
  const change: FileChange = { kind: 'save', path: input.path, bytes, baseSha };
  return put(services, ctx, target, { change, content, message });
}

/** @throws DomainError `invalid_request` unless absent or a full object id */
export function checkBaseSha(baseSha: string | null | undefined): string | undefined {
  if (baseSha == null) return undefined;
  if (!/^[0-9a-f]{40}$/.test(baseSha))
    throw invalidField('baseSha', 'must be the 40 hex digits of a blob sha');
  return baseSha;
}

async function put(
  services: FileServices,
  ctx: RequestContext,
  target: BranchTarget,
  write: { change: Extract<FileChange, { bytes: Uint8Array }>; content: FileContent; message: string },
): Promise<SavedFile> {
  const { change, content, message } = write;
  const result = await commitChanges(services, ctx, target, { changes: [change], message });
  return describeSavedFile(services, target, { path: change.path, content, result });
}
