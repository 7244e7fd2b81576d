import type { RequestContext } from '../context.js';
import { notFound } from '../errors.js';
import { loadDocument } from '../notebooks/documents/load-document.js';
import { isUuid } from '../validation/validate.js';
import type { SavedFile } from './describe-saved-file.js';
import type { FileServices } from './file-services.js';
import { type RestoreVersionInput, restoreVersion } from './restore-version.js';

/**
 * Restores a version of a notebook on its branch. Needs the scope `write`, and `can_edit` over the notebook's repository.
 * @throws DomainError `not_found`, also for a version of another notebook, and what `restoreVersion` throws
 */
export async function restoreNotebookVersion(
  services: FileServices,
  ctx: RequestContext,
  spaceSlug: string,
  notebookId: string,
  input: RestoreVersionInput,
): Promise<SavedFile> {
  const { document, repository } = await loadDocument(services, ctx, spaceSlug, notebookId, 'edit');
  const isOwn =
    isUuid(input.versionId) &&
    (await services.prisma.fileVersion.count({ where: { id: input.versionId, documentId: document.id } })) >
      0;
  if (!isOwn) throw notFound('The version');
  return restoreVersion(services, ctx, spaceSlug, { repositoryId: repository.id }, input);
}
