import type { NotebookLink } from '../../../prisma/generated/client/client.js';
import { requireScope } from '../../access/require-scope.js';
import type { RequestContext } from '../../context.js';
import type { PrismaService } from '../../engines/database/prisma-service.js';
import { keysetListing, newestFirst } from '../../paging/keyset-listing.js';
import type { Listing } from '../../paging/listing.js';
import { loadDocument } from '../documents/load-document.js';

/**
 * The links of a notebook, newest first. Needs the scope `read` and `can_view` of its repository.
 * @throws DomainError when the listing is read: `not_found`, `insufficient_scope`, `forbidden`
 */
export function listLinks(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  notebookId: string,
): Listing<NotebookLink> {
  const where = async () => {
    requireScope(ctx, 'read');
    const { document } = await loadDocument(services, ctx, spaceSlug, notebookId, 'view');
    return { notebookId: document.id };
  };
  const { notebookLink } = services.prisma;
  return keysetListing(newestFirst, {
    where,
    find: (query) => notebookLink.findMany(query),
    count: (query) => notebookLink.count(query),
  });
}
