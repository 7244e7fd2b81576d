import type { Schedule, TokenScope, Workspace } from '../../prisma/generated/client/client.js';
import { loadSpace } from '../access/load-space.js';
import { requireScope } from '../access/require-scope.js';
import { workspacePermissions } from '../access/workspace-policy.js';
import type { RequestContext, SpaceAccess } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { notFound } from '../errors.js';
import { isUuid } from '../validation/validate.js';
import { assertMay } from '../workspaces/load-workspace.js';

/** A schedule for which the caller is authorized. */
export interface LoadedSchedule {
  schedule: Schedule;
  workspace: Workspace;
  access: SpaceAccess;
}

/**
 * Loads a schedule of a space. The caller needs a permission over its workspace.
 * @param needs.scope what the token must have; default `read`
 * @param needs.permission default `view`
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`
 */
export async function loadSchedule(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  scheduleId: string,
  { scope = 'read', permission = 'view' }: { scope?: TokenScope; permission?: 'view' | 'edit' } = {},
): Promise<LoadedSchedule> {
  const access = await loadSpace(services, ctx, spaceSlug);
  const found = isUuid(scheduleId)
    ? await services.prisma.schedule.findUnique({
        where: { id: scheduleId },
        include: { workspace: { include: { grants: true } } },
      })
    : null;
  if (!found || found.workspace.spaceId !== access.space.id) throw notFound('The schedule');
  const { workspace, ...schedule } = found;
  requireScope(ctx, scope);
  assertMay(workspacePermissions({ userId: ctx.actor.userId, access }, workspace), permission);
  return { schedule, workspace, access };
}
