import { Prisma, type Worker, type Workspace } from '../../prisma/generated/client/client.js';
import { loadSpace } from '../access/load-space.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { keysetListing, newestFirst } from '../paging/keyset-listing.js';
import type { Listing } from '../paging/listing.js';
import { checkUuid } from '../validation/check-input.js';
import { listRowsOfWorkspace } from '../workspaces/list-rows-of-workspace.js';
import { requireWorkspaceView } from '../workspaces/require-workspace-view.js';
import { liveStatuses } from './worker-status.js';

/**
 * The caller's own workers in a space, newest first. Needs the scope `read`.
 * @throws DomainError `not_found` (space), `insufficient_scope`, `invalid_request`; not before the listing is read
 */
export function listWorkers(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  filter: { includeStopped: boolean; workspaceId?: string },
): Listing<Worker> {
  const where = async () => {
    requireScope(ctx, 'read');
    const { space } = await loadSpace(services, ctx, spaceSlug);
    if (filter.workspaceId !== undefined) checkUuid(filter.workspaceId, 'workspaceId');
    return {
      userId: ctx.actor.userId,
      workspace: { spaceId: space.id },
      workspaceId: filter.workspaceId,
      status: statusOf(filter),
    };
  };
  const { worker } = services.prisma;
  return keysetListing(newestFirst, {
    where,
    find: (query) => worker.findMany(query),
    count: (query) => worker.count(query),
  });
}

/**
 * The workers of all users in a workspace, newest first. Needs the scope `read` and `can_view`.
 * @throws DomainError `not_found` (space), `insufficient_scope`, `forbidden`; not before the listing is read
 */
export function listWorkspaceWorkers(
  services: PrismaService,
  ctx: RequestContext,
  workspace: Pick<Workspace, 'id' | 'spaceId'>,
  filter: { includeStopped: boolean },
): Listing<Worker> {
  const { worker } = services.prisma;
  const isLive = Prisma.sql`r."status"::text IN (${Prisma.join([...liveStatuses])})`;
  return keysetListing(newestFirst, {
    where: async () => {
      await requireWorkspaceView(services, ctx, workspace);
      return { workspaceId: workspace.id, status: statusOf(filter) };
    },
    find: ({ take, skip }, after): Promise<Worker[]> =>
      listRowsOfWorkspace(services, ctx, {
        workspaceId: workspace.id,
        table: 'Worker',
        condition: filter.includeStopped ? Prisma.sql`TRUE` : isLive,
        take,
        skip,
        after,
        find: (ids) => worker.findMany({ where: { id: { in: ids } } }),
      }),
    count: (query) => worker.count(query),
  });
}

function statusOf({ includeStopped }: { includeStopped: boolean }) {
  return includeStopped ? undefined : { in: [...liveStatuses] };
}
