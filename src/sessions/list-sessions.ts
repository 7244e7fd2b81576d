import { Prisma, type Session, type Workspace } from '../../prisma/generated/client/client.js';
import { loadSpace } from '../access/load-space.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { keysetListing, newestFirst } from '../paging/keyset-listing.js';
import type { Listing } from '../paging/listing.js';
import { checkUuid } from '../validation/check-input.js';
import { listRowsOfWorkspace } from '../workspaces/list-rows-of-workspace.js';
import { requireWorkspaceView } from '../workspaces/require-workspace-view.js';

/**
 * The caller's own sessions in a space, newest first, without deleted ones. Needs the scope `read`.
 * @throws DomainError `not_found` (space), `insufficient_scope`, `invalid_request`; not before the listing is read
 */
export function listSessions(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  filter: { workspaceId?: string },
): Listing<Session> {
  const where = async () => {
    requireScope(ctx, 'read');
    const { space } = await loadSpace(services, ctx, spaceSlug);
    if (filter.workspaceId !== undefined) checkUuid(filter.workspaceId, 'workspaceId');
    return {
      userId: ctx.actor.userId,
      workspace: { spaceId: space.id },
      workspaceId: filter.workspaceId,
      deletedAt: null,
    };
  };
  const { session } = services.prisma;
  return keysetListing(newestFirst, {
    where,
    find: (query) => session.findMany(query),
    count: (query) => session.count(query),
  });
}

/**
 * The sessions of all users in a workspace, newest first, without deleted ones. Needs the scope `read` and `can_view`.
 * @throws DomainError `not_found` (space), `insufficient_scope`, `forbidden`; not before the listing is read
 */
export function listWorkspaceSessions(
  services: PrismaService,
  ctx: RequestContext,
  workspace: Pick<Workspace, 'id' | 'spaceId'>,
): Listing<Session> {
  const { session } = services.prisma;
  return keysetListing(newestFirst, {
    where: async () => {
      await requireWorkspaceView(services, ctx, workspace);
      return { workspaceId: workspace.id, deletedAt: null };
    },
    find: ({ take, skip }, after): Promise<Session[]> =>
      listRowsOfWorkspace(services, ctx, {
        workspaceId: workspace.id,
        table: 'Session',
        condition: Prisma.sql`r."deletedAt" IS NULL`,
        take,
        skip,
        after,
        find: (ids) => session.findMany({ where: { id: { in: ids } } }),
      }),
    count: (query) => session.count(query),
  });
}
