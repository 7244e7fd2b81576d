import type { RequestContext } from '../context.js';
import { assertSavablePath } from '../engines/git/file-path.js';
import type { FileChange } from '../engines/git/git-store.js';
import { DomainError } from '../errors.js';
import { checkAll } from '../validation/check-all.js';
import { checkBaseSha } from './check-base-sha.js';
import { checkCommitMessage, commitChanges } from './commit-changes.js';
import { decodeBytes } from './decode-bytes.js';
import { describeSavedFile } from './describe-saved-file.js';
import type { FileServices } from './file-services.js';
import { type BranchTarget, checkTargetBranch, type FileTarget, loadFileTarget } from './file-target.js';
import type { FileLocation } from './locate-file.js';

/** A file of any bytes, which is created or replaced. */
export interface PutFileInput {
  path: string;
  contentBase64: string;
  /** Default the target's branch. */
  branch?: string | null;
  /** The blob that the file must have, 40 zeros for no file; default unconditional. */
  baseSha?: string | null;
  /** Default `Create PATH` or `Update PATH`. */
  commitMessage?: string | null;
}

/** Where the bytes are now, and whether a file was there before. */
export interface PutFile {
  file: FileLocation;
  /** False when a file was replaced. */
  created: boolean;
}

const noFile = '0'.repeat(40);
/** A file that others create and delete again and again is not waited for longer. */
const maxAttempts = 5;

/**
 * Creates or replaces a file of any bytes with one commit. The same bytes again make no commit. Needs the scope `write` and
 * `can_edit`.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `workspace_archived`, `branch_protected`,
 *   `invalid_request`, `invalid_path`, `invalid_ref`, `invalid_notebook`, `base_sha_conflict`, `file_exists` with a base
 *   sha of zeros, `storage_unavailable`
 */
export async function putFile(
  services: FileServices,
  ctx: RequestContext,
  spaceSlug: string,
  address: FileTarget,
  input: PutFileInput,
): Promise<PutFile> {
  const target = await loadFileTarget(services, ctx, spaceSlug, address, 'edit');
  const { path, commitMessage } = input;
  const { branch, baseSha, decoded } = await checkAll({
    path: () => assertSavablePath(path),
    branch: () => checkTargetBranch(services, target, input.branch),
    baseSha: () => checkBaseSha(input.baseSha),
    decoded: () => decodeBytes(services, ctx, input),
    message: () => checkCommitMessage(commitMessage, `Update ${path}`),
  });
  const { bytes } = decoded;
  const onBranch = { ...target, branch };
  for (let attempt = 1; ; attempt++) {
    const isThere = baseSha === undefined ? await exists(onBranch, path) : baseSha !== noFile;
    const change: FileChange = isThere
      ? { kind: 'save', path, bytes, baseSha }
      : { kind: 'create', path, bytes };
    const message = checkCommitMessage(commitMessage, `${isThere ? 'Update' : 'Create'} ${path}`);
    try {
      const result = await commitChanges(services, ctx, onBranch, { changes: [change], message });
      const written = { path, content: { kind: 'binary' }, result } as const;
      const { file } = await describeSavedFile(services, onBranch, written);
      return { file, created: !isThere };
    } catch (error) {
      const isMoved = error instanceof DomainError && ['not_found', 'file_exists'].includes(error.code);
      // Somebody else has created or deleted the file in between.
      if (baseSha !== undefined || !isMoved || attempt === maxAttempts) throw error;
    }
  }
}

async function exists({ git, branch }: BranchTarget, path: string): Promise<boolean> {
  return (await git.fileOid(await git.resolveBranch(branch), path)) !== null;
}
