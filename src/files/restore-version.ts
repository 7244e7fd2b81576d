import type { RequestContext } from '../context.js';
import { notFound } from '../errors.js';
import { assertBranchWritable } from '../repositories/branches/assert-branch-writable.js';
import { checkAll } from '../validation/check-all.js';
import { isUuid } from '../validation/validate.js';
import { checkBaseSha } from './check-base-sha.js';
import { checkCommitMessage, commitChanges } from './commit-changes.js';
import { describeSavedFile, type SavedFile } from './describe-saved-file.js';
import { readContent } from './file-content.js';
import type { FileServices } from './file-services.js';
import { type FileTarget, loadFileTarget } from './file-target.js';

/** Which version to restore: at the current path of its file, or at the path of the version when the file was deleted. */
export interface RestoreVersionInput {
  versionId: string;
  /** The blob that the file must have now; default unconditional. */
  baseSha?: string | null;
  /** Default `Restore PATH to COMMIT`. */
  commitMessage?: string | null;
}

/**
 * Restores a version on its branch with a new commit. Needs the scope `write` and `can_edit`.
 * @throws DomainError `not_found`, `base_sha_conflict`, `unreadable_file` and what `saveFile` throws
 */
export async function restoreVersion(
  services: FileServices,
  ctx: RequestContext,
  spaceSlug: string,
  address: FileTarget,
  input: RestoreVersionInput,
): Promise<SavedFile> {
  const { prisma, indexer } = services;
  const target = await loadFileTarget(services, ctx, spaceSlug, address, 'edit');
  const repositoryId = target.repository.id;
  const version = isUuid(input.versionId)
    ? await prisma.fileVersion.findFirst({ where: { id: input.versionId, repositoryId } })
    : null;
  const old = version && (await target.git.readFile(version.commitOid, version.path));
  if (!version || !old) throw notFound('The version');
  const { branch } = version;
  await assertBranchWritable(services, target, branch);
  await indexer.ensure(repositoryId, branch);
  const where = version.documentId ? { documentId: version.documentId } : { pathHash: version.pathHash };
  const now = await prisma.branchFile.findFirst({ where: { repositoryId, branch, ...where } });
  const path = now?.path ?? version.path;
  const onBranch = { ...target, branch };
  const { baseSha, message } = await checkAll({
    baseSha: () => checkBaseSha(input.baseSha),
    message: () =>
      checkCommitMessage(input.commitMessage, `Restore ${path} to ${version.commitOid.slice(0, 12)}`),
  });
  // Parsed before the commit: a version that cannot be returned is not restored.
  const content = await readContent(services, ctx, path, old.bytes);
  const result = await commitChanges(services, ctx, onBranch, {
    changes: [
      now ? { kind: 'save', path, bytes: old.bytes, baseSha } : { kind: 'create', path, bytes: old.bytes },
    ],
    message,
  });
  return describeSavedFile(services, onBranch, { path, content, result });
}
