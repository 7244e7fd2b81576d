import type { Workspace } from '../../prisma/generated/client/client.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import { publishWorkspaceChange } from '../engines/events/publish-workspace-change.js';
import { loadWorkspace } from './load-workspace.js';
import type { ArchiveServices } from './workspace-services.js';

/**
 * Archives a workspace and stops its workers; idempotent. Needs the scope `write` and `can_manage`.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`
 */
export async function archiveWorkspace(
  services: ArchiveServices,
  ctx: RequestContext,
  spaceSlug: string,
  workspaceId: string,
): Promise<Workspace> {
  const { workspace } = await loadWorkspace(services, ctx, spaceSlug, workspaceId, 'manage');
  requireScope(ctx, 'write');
  const archived = workspace.archivedAt
    ? workspace
    : await services.prisma.workspace.update({
        where: { id: workspace.id },
        data: { archivedAt: new Date() },
      });
  if (!workspace.archivedAt) publishWorkspaceChange(services.bus, archived, 'archived');
  await services.stopWorkers(workspace.id, 'workspace_archived', ctx.actor.userId);
  return archived;
}
