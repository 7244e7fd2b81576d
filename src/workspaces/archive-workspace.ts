import type { Workspace } from '../../prisma/generated/client/client.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import { liveStatuses } from '../workers/worker-status.js';
import { loadWorkspace } from './load-workspace.js';
import { publishWorkspace } from './publish-workspace.js';

/**
 * Archives a workspace and stops its workers; idempotent. Needs the scope `write` and `can_manage`.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`
 */
export async function archiveWorkspace(
  ctx: RequestContext,
  spaceSlug: string,
  workspaceId: string,
): Promise<Workspace> {
  const { prisma, workers } = ctx.services;
  const { workspace } = await loadWorkspace(ctx, spaceSlug, workspaceId, 'manage');
  requireScope(ctx, 'write');
  const archived = workspace.archivedAt
    ? workspace
    : await prisma.workspace.update({ where: { id: workspace.id }, data: { archivedAt: new Date() } });
  if (!workspace.archivedAt) publishWorkspace(ctx, archived, 'archived');
  const live = await prisma.worker.findMany({
    where: { workspaceId: workspace.id, status: { in: [...liveStatuses] } },
    select: { id: true },
  });
  await Promise.all(live.map(({ id }) => workers.stop(id, 'workspace_archived')));
  return archived;
}

/**
 * Takes a workspace out of the archive; idempotent. Needs the scope `write` and `can_manage`.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`
 */
export async function unarchiveWorkspace(
  ctx: RequestContext,
  spaceSlug: string,
  workspaceId: string,
): Promise<Workspace> {
  const { workspace } = await loadWorkspace(ctx, spaceSlug, workspaceId, 'manage');
  requireScope(ctx, 'write');
  if (!workspace.archivedAt) return workspace;
  const where = { id: workspace.id };
  const live = await ctx.services.prisma.workspace.update({ where, data: { archivedAt: null } });
  publishWorkspace(ctx, live, 'unarchived');
  return live;
}
