import type { NotebookDocument } from '../../../prisma/generated/client/client.js';
import { loadSpace } from '../../access/load-space.js';
import type { RequestContext } from '../../context.js';
import type { PrismaService } from '../../engines/database/prisma-service.js';
import { notFound } from '../../errors.js';
import { type LoadedRepository, loadRepository } from '../../repositories/load-repository.js';
import { isUuid } from '../../validation/validate.js';

/** A notebook document, which is the identity of a notebook across renames and branches, with its repository. */
export interface LoadedDocument extends LoadedRepository {
  document: NotebookDocument;
}

/**
 * Loads a notebook document of a space and checks that the caller may view or edit its repository.
 * @throws DomainError `not_found`, `forbidden`
 */
export async function loadDocument(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  notebookId: string,
  need: 'view' | 'edit',
): Promise<LoadedDocument> {
  const { space } = await loadSpace(services, ctx, spaceSlug);
  const document = isUuid(notebookId)
    ? await services.prisma.notebookDocument.findFirst({
        where: { id: notebookId, repository: { spaceId: space.id } },
      })
    : null;
  if (!document) throw notFound('The notebook');
  return { document, ...(await loadRepository(services, ctx, spaceSlug, document.repositoryId, need)) };
}
