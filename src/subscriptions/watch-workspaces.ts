import type { Workspace } from '../../prisma/generated/client/client.js';
import { loadSpace } from '../access/load-space.js';
import { requireScope } from '../access/require-scope.js';
import { visibleWorkspaces } from '../access/workspace-policy.js';
import type { RequestContext } from '../context.js';
import type { WorkspaceChangeKind } from '../engines/events/event-bus.js';
import { loadWorkspace } from '../workspaces/load-workspace.js';
import { workspacesChangedSince } from './changed-since.js';
import type { SubscriptionServices } from './subscription-services.js';
import { watchChanges } from './watch-changes.js';

/** A workspace in its current state, and the kind of the change. */
export interface WorkspaceChange {
  workspace: Workspace;
  change: WorkspaceChangeKind;
}

/**
 * Follows the changes of the workspaces that the caller can view. Needs the scope `read`.
 * @param filter.workspaceId only this workspace; default all
 * @throws DomainError `insufficient_scope`, `not_found`, `forbidden`, also later, when the caller may no longer view them
 */
export async function watchWorkspaces(
  services: SubscriptionServices,
  ctx: RequestContext,
  spaceSlug: string,
  filter: { workspaceId?: string | null },
): Promise<AsyncIterableIterator<WorkspaceChange>> {
  const authorize = async (current: RequestContext) => {
    requireScope(current, 'read');
    const { space } = await loadSpace(services, current, spaceSlug);
    if (filter.workspaceId == null) return { spaceId: space.id, workspaceId: null };
    const { workspace } = await loadWorkspace(services, current, spaceSlug, filter.workspaceId, 'view');
    return { spaceId: space.id, workspaceId: workspace.id };
  };
  const { spaceId, workspaceId } = await authorize(ctx);
  return watchChanges(services, ctx, {
    topic: 'workspace',
    spaceId,
    concerns: (event) =>
      event.spaceId === spaceId && (workspaceId === null || event.workspaceId === workspaceId),
    changedSince: (since) => workspacesChangedSince(services.prisma, spaceId, since),
    keyOf: (event) => `${event.workspaceId}:${event.change}`,
    async read({ workspaceId: id, change }, access) {
      const visible = visibleWorkspaces({ userId: ctx.actor.userId, access });
      const workspace = await services.prisma.workspace.findFirst({ where: { AND: [visible, { id }] } });
      return workspace && { workspace, change };
    },
    recheck: { key: ['workspace', spaceSlug, filter.workspaceId], check: authorize },
  });
}
