import type { Workspace } from '../../prisma/generated/client/client.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import { publishWorkspaceChange } from '../engines/events/publish-workspace-change.js';
import { loadWorkspace } from './load-workspace.js';
import { lockWorkspace } from './lock-workspace.js';
import type { ArchiveServices } from './workspace-services.js';

/**
 * Archives a workspace and stops its workers; idempotent. Needs the scope `write` and `can_manage`, also at
 * the time of the write.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`
 */
export async function archiveWorkspace(
  services: ArchiveServices,
  ctx: RequestContext,
  spaceSlug: string,
  workspaceId: string,
): Promise<Workspace> {
  const loaded = await loadWorkspace(services, ctx, spaceSlug, workspaceId, 'manage');
  requireScope(ctx, 'write');
  const [before, archived] = await services.prisma.$transaction(async (tx) => {
    const locked = await lockWorkspace(tx, ctx, loaded, 'manage');
    if (locked.archivedAt) return [locked, locked];
    const data = { archivedAt: new Date() };
    return [locked, await tx.workspace.update({ where: { id: locked.id }, data })];
  });
  if (!before.archivedAt) publishWorkspaceChange(services.bus, archived, 'archived');
  await services.stopWorkers(archived.id, 'workspace_archived', ctx.actor.userId);
  return archived;
}
