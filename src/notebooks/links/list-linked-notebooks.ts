import type { NotebookDocument, Prisma } from '../../../prisma/generated/client/client.js';
import { loadSpace } from '../../access/load-space.js';
import { visibleRepositories } from '../../access/repository-policy.js';
import { requireScope } from '../../access/require-scope.js';
import type { RequestContext } from '../../context.js';
import type { PrismaService } from '../../engines/database/prisma-service.js';
import { keysetListing, newestFirst } from '../../paging/keyset-listing.js';
import type { Listing } from '../../paging/listing.js';
import { isUuid } from '../../validation/validate.js';
import type { LinkTarget } from './link-target.js';

/**
 * The notebooks that are linked to a resource of a space and whose repositories the caller can view, newest first. Needs
 * the scope `read`.
 * @throws DomainError when the listing is read: `not_found` (space), `insufficient_scope`
 */
export function listLinkedNotebooks(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  { targetType, targetId }: LinkTarget,
): Listing<NotebookDocument> {
  const where = async (): Promise<Prisma.NotebookDocumentWhereInput> => {
    requireScope(ctx, 'read');
    const access = await loadSpace(services, ctx, spaceSlug);
    const links = isUuid(targetId) ? { some: { targetType, targetId } } : { some: { id: { in: [] } } };
    return { links, repository: visibleRepositories({ userId: ctx.actor.userId, access }) };
  };
  const { notebookDocument } = services.prisma;
  return keysetListing(newestFirst, {
    where,
    find: (query) => notebookDocument.findMany(query),
    count: (query) => notebookDocument.count(query),
  });
}
