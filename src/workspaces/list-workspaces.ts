import type { Workspace } from '../../prisma/generated/client/client.js';
import { loadSpace } from '../access/load-space.js';
import { requireScope } from '../access/require-scope.js';
import { visibleWorkspaces } from '../access/workspace-policy.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { keysetListing, newestFirst } from '../paging/keyset-listing.js';
import type { Listing } from '../paging/listing.js';

/**
 * The workspaces that the caller can view, newest first. Needs the scope `read`.
 * @throws DomainError `not_found` (space), `insufficient_scope`; thrown when the listing is read
 */
export function listWorkspaces(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  filter: { includeArchived: boolean },
): Listing<Workspace> {
  const where = async () => {
    requireScope(ctx, 'read');
    const access = await loadSpace(services, ctx, spaceSlug);
    return {
      AND: [
        visibleWorkspaces({ userId: ctx.actor.userId, access }),
        filter.includeArchived ? {} : { archivedAt: null },
      ],
    };
  };
  const { workspace } = services.prisma;
  return keysetListing(newestFirst, {
    where,
    find: (query) => workspace.findMany({ ...query, include: { grants: true } }),
    count: (query) => workspace.count(query),
  });
}
