import { Prisma, type Schedule, type Workspace } from '../../prisma/generated/client/client.js';
import { loadSpace } from '../access/load-space.js';
import { requireScope } from '../access/require-scope.js';
import { visibleWorkspaces } from '../access/workspace-policy.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { keysetListing, newestFirst } from '../paging/keyset-listing.js';
import type { Listing } from '../paging/listing.js';
import { checkUuid } from '../validation/check-input.js';
import { listRowsOfWorkspace } from '../workspaces/list-rows-of-workspace.js';
import { requireWorkspaceView } from '../workspaces/require-workspace-view.js';

/**
 * The schedules in the workspaces of a space that the caller can view, newest first. Needs the scope `read`.
 * @throws DomainError `not_found` (space), `insufficient_scope`, `invalid_request`; not before the listing is read
 */
export function listSchedules(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  { workspaceId }: { workspaceId?: string },
): Listing<Schedule> {
  const { schedule } = services.prisma;
  return keysetListing(newestFirst, {
    where: async () => {
      requireScope(ctx, 'read');
      const access = await loadSpace(services, ctx, spaceSlug);
      if (workspaceId !== undefined) checkUuid(workspaceId, 'workspaceId');
      return { workspaceId, workspace: visibleWorkspaces({ userId: ctx.actor.userId, access }) };
    },
    find: (query) => schedule.findMany(query),
    count: (query) => schedule.count(query),
  });
}

/**
 * The schedules of a workspace, newest first. Needs the scope `read` and `can_view`.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`; not before the listing is read
 */
export function listWorkspaceSchedules(
  services: PrismaService,
  ctx: RequestContext,
  workspace: Pick<Workspace, 'id' | 'spaceId'>,
): Listing<Schedule> {
  const { schedule } = services.prisma;
  return keysetListing(newestFirst, {
    where: async () => {
      await requireWorkspaceView(services, ctx, workspace);
      return { workspaceId: workspace.id };
    },
    find: ({ take, skip }, after): Promise<Schedule[]> =>
      listRowsOfWorkspace(services, ctx, {
        ...{ workspaceId: workspace.id, table: 'Schedule', condition: Prisma.sql`TRUE`, take, skip, after },
        find: (ids) => schedule.findMany({ where: { id: { in: ids } } }),
      }),
    count: (query) => schedule.count(query),
  });
}
