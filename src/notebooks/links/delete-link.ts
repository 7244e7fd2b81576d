import { requireScope } from '../../access/require-scope.js';
import type { RequestContext } from '../../context.js';
import type { PrismaService } from '../../engines/database/prisma-service.js';
import { notFound } from '../../errors.js';
import { assertRepositoryOpen } from '../../repositories/load-repository.js';
import { isUuid } from '../../validation/validate.js';
import { loadDocument } from '../documents/load-document.js';

/**
 * Deletes a link. Needs the scope `write` and `can_edit` of the notebook's repository.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `workspace_archived`
 */
export async function deleteLink(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  notebookId: string,
  linkId: string,
): Promise<void> {
  const loaded = await loadDocument(services, ctx, spaceSlug, notebookId, 'edit');
  requireScope(ctx, 'write');
  assertRepositoryOpen(loaded);
  const { document } = loaded;
  const { count } = isUuid(linkId)
    ? await services.prisma.notebookLink.deleteMany({ where: { id: linkId, notebookId: document.id } })
    : { count: 0 };
  if (count === 0) throw notFound('The link');
}
