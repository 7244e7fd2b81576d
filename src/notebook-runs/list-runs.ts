import { loadSpace } from '../access/load-space.js';
import { requireScope } from '../access/require-scope.js';
import { visibleWorkspaces } from '../access/workspace-policy.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { keysetListing, newestFirst } from '../paging/keyset-listing.js';
import type { Listing } from '../paging/listing.js';
import { checkUuid } from '../validation/check-input.js';
import { type RunRow, withoutNotebook } from './load-run.js';

/**
 * The runs in the workspaces of a space that the caller can view, newest first. Needs the scope `read`.
 * @throws DomainError `not_found` (space), `insufficient_scope`, `invalid_request`; not before the listing is read
 */
export function listRuns(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  { workspaceId }: { workspaceId?: string },
): Listing<RunRow> {
  const { notebookRun } = services.prisma;
  return keysetListing(newestFirst, {
    where: async () => {
      requireScope(ctx, 'read');
      const access = await loadSpace(services, ctx, spaceSlug);
      if (workspaceId !== undefined) checkUuid(workspaceId, 'workspaceId');
      return { workspaceId, workspace: visibleWorkspaces({ userId: ctx.actor.userId, access }) };
    },
    find: (query): Promise<RunRow[]> => notebookRun.findMany({ ...query, omit: withoutNotebook }),
    count: (query) => notebookRun.count(query),
  });
}
