import type { Workspace } from '../../prisma/generated/client/client.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import { publishWorkspaceChange } from '../engines/events/publish-workspace-change.js';
import { loadWorkspace } from './load-workspace.js';
import type { WorkspaceServices } from './workspace-services.js';

/**
 * Unarchives a workspace; idempotent. Stopped workers stay stopped. Needs the scope `write` and `can_manage`.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`
 */
export async function unarchiveWorkspace(
  services: WorkspaceServices,
  ctx: RequestContext,
  spaceSlug: string,
  workspaceId: string,
): Promise<Workspace> {
  const { workspace } = await loadWorkspace(services, ctx, spaceSlug, workspaceId, 'manage');
  requireScope(ctx, 'write');
  if (!workspace.archivedAt) return workspace;
  const where = { id: workspace.id };
  const live = await services.prisma.workspace.update({ where, data: { archivedAt: null } });
  publishWorkspaceChange(services.bus, live, 'unarchived');
  return live;
}
