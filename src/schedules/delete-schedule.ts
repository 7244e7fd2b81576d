import { assertOwnerOrAdmin } from '../access/assert-owner-or-admin.js';
import type { RequestContext } from '../context.js';
import { publishWorkspaceChange } from '../engines/events/publish-workspace-change.js';
import { assertNotArchived } from '../workspaces/load-workspace.js';
import { loadSchedule } from './load-schedule.js';
import type { ScheduleServices } from './schedule-services.js';

/**
 * Deletes a schedule; its runs stay, and one that goes on ends as it does. Needs the scope `write` and `can_edit`, and the
 * caller must have made it or be a space admin.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `workspace_archived`
 */
export async function deleteSchedule(
  services: ScheduleServices,
  ctx: RequestContext,
  spaceSlug: string,
  scheduleId: string,
): Promise<void> {
  const needs = { scope: 'write', permission: 'edit' } as const;
  const loaded = await loadSchedule(services, ctx, spaceSlug, scheduleId, needs);
  assertOwnerOrAdmin(ctx, loaded, loaded.schedule);
  assertNotArchived(loaded.workspace);
  await services.prisma.schedule.deleteMany({ where: { id: loaded.schedule.id } });
  publishWorkspaceChange(services.bus, loaded.workspace, 'schedules_changed');
}
